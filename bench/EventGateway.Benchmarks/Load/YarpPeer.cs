using System.Diagnostics;
using System.Globalization;

namespace EventGateway.Benchmarks.Load;

/// <summary>Bare YARP: <see cref="YarpHost"/> in a process of its own, under the very runtime settings that the gateway was built with.</summary>
internal static class YarpPeer
{
    public const string Name = "bare YARP";

    public static Peer Create(LoadArea area, LoadOptions options, IReadOnlyList<int> upstreams)
    {
        var ports = PeerPorts.Take();
        var host = typeof(YarpPeer).Assembly.Location;
        var start = new ProcessStartInfo("dotnet",
        [
            "exec", "--runtimeconfig", Path.ChangeExtension(options.Executable, ".runtimeconfig.json"), "--depsfile", Path.ChangeExtension(host, ".deps.json"), host,
            YarpHost.Verb, Text(ports.Http), Text(ports.Https), Text(ports.H2c), area.PathOf("cert.pem"), area.PathOf("key.pem"), .. upstreams.Select(Text),
        ]);
        GatewayPeer.LimitThreads(start, options);
        return new Peer(Name, ports, start);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
