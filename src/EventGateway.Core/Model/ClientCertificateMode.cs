namespace EventGateway.Core.Model;

/// <summary>Whether clients have to show a certificate.</summary>
public enum ClientCertificateMode
{
    /// <summary>One that is shown has to be valid; a client without one is let in.</summary>
    Optional = 0,
    Required = 1,
}
