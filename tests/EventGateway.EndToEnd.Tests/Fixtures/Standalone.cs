using EventGateway.TestKit.Processes;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>How <c>eventgateway standalone</c> is started here.</summary>
internal static class Standalone
{
    public static GatewayProcess On(string name, string manifests, string data, params IEnumerable<string> more) => new(
        name,
        [
            "standalone", "--manifests", manifests, "--data", data, "--http-port", "{http}", "--https-port", "{https}", "--status-port", "{status}", "--bind", "127.0.0.1",
            .. more,
        ]);
}
