using System.Collections.Immutable;
using System.Globalization;

namespace EventGateway.Settings;

/// <summary>Where spans go.</summary>
/// <param name="Endpoint">The collector, with the path for traces where the protocol has one.</param>
/// <param name="Headers">Sent with every batch; their values are secrets.</param>
/// <param name="SampleRatio">Of the requests whose client has not decided, 0 to 1.</param>
internal sealed record TracingSettings(Uri Endpoint, bool IsGrpc, ImmutableArray<KeyValuePair<string, string>> Headers, double SampleRatio)
{
    private const string TracesPath = "/v1/traces";

    /// <returns>Null: no collector is named, nothing is traced.</returns>
    public static TracingSettings? Read(SettingsReader reader)
    {
        var isGrpc = reader.OneOf(SettingCatalog.OtlpProtocol, "grpc", "http/protobuf") == "grpc";
        var ratio = ReadRatio(reader);
        var headers = ReadHeaders(reader);
        if (reader.Text(SettingCatalog.OtlpEndpoint) is not { Length: > 0 } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            reader.Fault(reader.From(SettingCatalog.OtlpEndpoint), $"'{text}' is not a URL; use for example http://collector:4317 (grpc) or http://collector:4318 (http/protobuf)");
            return null;
        }

        return new TracingSettings(isGrpc ? address : WithPath(address), isGrpc, headers, ratio);
    }

    // A record would print them.
    public override string ToString() => $"{Endpoint}, {(IsGrpc ? "grpc" : "http/protobuf")}, headers {string.Join(", ", Headers.Select(h => $"{h.Key}=***"))}, ratio {SampleRatio}";

    private static Uri WithPath(Uri address) =>
        address.AbsolutePath.EndsWith(TracesPath, StringComparison.Ordinal) ? address : new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + TracesPath }.Uri;

    private static double ReadRatio(SettingsReader reader)
    {
        var text = reader.Text(SettingCatalog.TraceSampleRatio) ?? "0";
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1)
        {
            return ratio;
        }

        reader.Fault(reader.From(SettingCatalog.TraceSampleRatio), $"'{text}' is not a share; use a number from 0 (none) to 1 (all), for example 0.01");
        return 0;
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadHeaders(SettingsReader reader)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var text in reader.List(SettingCatalog.OtlpHeaders))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : text[..equals].Trim();
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(HeaderName))
            {
                // The text is not shown: it may be a secret whose name was forgotten.
                reader.Fault(reader.From(SettingCatalog.OtlpHeaders), "expected NAME=VALUE or NAME=@FILE, for example authorization=@/run/secrets/otlp");
            }
            else if (reader.Secret(SettingCatalog.OtlpHeaders, name, text[(equals + 1)..]) is { } value)
            {
                if (value.Any(char.IsControl))
                {
                    reader.Fault(reader.From(SettingCatalog.OtlpHeaders), $"the value of '{name}' holds a line break or another control character; a header is one line");
                    continue;
                }

                headers.Add(new KeyValuePair<string, string>(name, value));
            }
        }

        return headers.ToImmutable();
    }

    private static readonly System.Buffers.SearchValues<char> HeaderName =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
