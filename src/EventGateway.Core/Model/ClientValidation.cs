namespace EventGateway.Core.Model;

/// <summary>How a listener checks its clients' certificates.</summary>
/// <param name="CaPem">CAs that are trusted, as PEM.</param>
public sealed record ClientValidation(string CaPem)
{
    public ClientCertificateMode Mode { get; init; } = ClientCertificateMode.Required;

    /// <summary>Longest chain between the client's certificate and a CA; 0: any.</summary>
    public int VerifyDepth { get; init; }

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (!CaPem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            yield return new ConfigProblem("clientValidation.caPem", "no PEM certificate found");
        }

        if (ConfigProblem.OfUnknown("clientValidation.mode", Mode) is { } unknown)
        {
            yield return unknown;
        }

        if (VerifyDepth is < 0 or > 100)
        {
            yield return new ConfigProblem("clientValidation.verifyDepth", $"{VerifyDepth} is out of range; use 0 (any) to 100");
        }
    }
}
