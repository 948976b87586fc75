using System.Diagnostics;
using System.Globalization;

namespace EventGateway.Benchmarks.Load;

/// <summary>
/// Bare YARP: <see cref="YarpHost"/> in a process of its own, under the very runtime settings that the gateway was built with and gives itself;
/// and once more under those that a web project has by default.
/// </summary>
internal static class YarpPeer
{
    public const string Name = "bare YARP";
    public const string DefaultsName = "bare YARP (default settings)";

    public static Peer Create(LoadArea area, LoadOptions options, bool withDefaults, IReadOnlyList<int> upstreams)
    {
        var ports = PeerPorts.Take();
        var host = typeof(YarpPeer).Assembly.Location;
        string[] settings = withDefaults ? [] : ["--runtimeconfig", Path.ChangeExtension(options.Executable, ".runtimeconfig.json")];
        var start = new ProcessStartInfo("dotnet",
        [
            "exec", .. settings, "--depsfile", Path.ChangeExtension(host, ".deps.json"), host,
            YarpHost.Verb, Text(ports.Http), Text(ports.Https), Text(ports.H2c), area.PathOf("cert.pem"), area.PathOf("key.pem"), .. upstreams.Select(Text),
        ]);
        GatewayPeer.LimitThreads(start, options);
        if (withDefaults)
        {
            start.Environment["DOTNET_gcServer"] = "1";
        }
        else
        {
            start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        }

        return new Peer(withDefaults ? DefaultsName : Name, ports, start);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
