using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;

namespace EventGateway.Sources.Tests;

/// <summary>Desired state and verdicts as text that people can review.</summary>
internal static class DesiredText
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(DesiredState state) =>
        JsonSerializer.Serialize(state.Entities.Values.OrderBy(e => e.Entity.Key).ToDictionary(e => e.Entity.Key.Text, e => Of(e)), Options) + "\n";

    public static string Of(IEnumerable<ObjectVerdict> verdicts, string folder) => JsonSerializer.Serialize(
        verdicts.Select(v => new
        {
            Object = v.DisplayName.Replace(folder, "", StringComparison.Ordinal),
            v.ApiVersion,
            Source = v.Source.Replace(folder, "", StringComparison.Ordinal),
            Outcome = v.Outcome.ToString(),
            Reasons = v.Reasons.Select(r => r.Replace(folder, "", StringComparison.Ordinal)),
            v.Warnings,
        }),
        Options) + "\n";

    public static object Of(DesiredEntity desired) => desired.Entity switch
    {
        Route { IsStream: true } r => new
        {
            Hosts = r.Hosts.Select(h => $"{h.Type} {h}"),
            r.Ports,
            Protocols = r.Protocols.ToString(),
            Backends = r.Backends.Select(b => $"{b.Backend} x{b.Weight}"),
            r.CreatedAt,
            r.Source,
        },
        Route r => new
        {
            Hosts = r.Hosts.Select(h => $"{h.Type} {h}"),
            Matches = r.Matches.Select(m => new
            {
                Path = $"{m.Path.Type} {m.Path.Value}",
                m.Methods,
                Headers = m.Headers.Select(h => $"{h.Name} {h.Type} {string.Join('|', h.Values)}"),
                Priority = m.Priority.ToString("x16"),
            }),
            Protocols = r.Protocols.ToString(),
            r.HttpsRedirectStatus,
            r.StripPath,
            r.PreserveHost,
            Backends = r.Backends.Select(b => $"{b.Backend} x{b.Weight}"),
            r.CreatedAt,
            r.Source,
            Provenance = Of(desired.Provenance),
        },
        Backend b => BackendText.Of(b),
        Listener l => new
        {
            l.Port,
            Protocol = l.Protocol.ToString(),
            Hosts = l.Hosts.Select(h => $"{h.Type} {h}"),
            TlsMode = l.TlsMode.ToString(),
            ClientCa = l.ClientValidation is null ? "" : TestCertificates.NamesOf(l.ClientValidation.CaPem),
            Mode = l.ClientValidation?.Mode.ToString(),
            l.ClientValidation?.VerifyDepth,
            l.CreatedAt,
        },
        Endpoints e => new
        {
            e.Group,
            Addresses = e.Addresses.Select(a => $"{a.Address}{(a.Ready ? " ready" : "")}{(a.Serving ? " serving" : "")}{(a.Terminating ? " terminating" : "")}"
                + $"{(a.Zone.Length > 0 ? $" zone={a.Zone}" : "")}{(a.Node.Length > 0 ? $" node={a.Node}" : "")}"),
            Ports = e.Ports.Select(p => $"{(p.Name.Length > 0 ? p.Name : "(unnamed)")} {p.Port}"),
        },
        Certificate c => new
        {
            c.ServerNames,
            Chain = TestCertificates.NameOf(c.ChainPem),
            HasItsKey = c.PrivateKey is PlainSecret plain && Encoding.UTF8.GetString(plain.Value.Span) == TestCertificates.Get(TestCertificates.NameOf(c.ChainPem)).Key,
            c.CreatedAt,
            c.Source,
        },
        var other => throw new ArgumentException($"No source makes a {other.GetType().Name}."),
    };

    private static string Of(EventGateway.Core.Image.Provenance p) =>
        $"uid={p.Uid} resourceVersion={p.ResourceVersion} generation={p.Generation} observedAt={p.ObservedAt:O} author={p.Author} traceParent={p.TraceParent} origin={p.Origin}";
}
