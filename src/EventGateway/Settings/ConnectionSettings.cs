using System.Collections.Immutable;
using System.Net;
using System.Net.Quic;
using EventGateway.Proxy.Pipeline;

namespace EventGateway.Settings;

/// <summary>Which connections of clients are taken, whose word about the client counts, and what a client may send.</summary>
internal sealed record ConnectionSettings(ImmutableArray<int> StreamPorts, bool Http3, ClientTrust Trust, ClientLimits Limits)
{
    public static ConnectionSettings Read(SettingsReader reader) =>
        new(reader.Ports(SettingCatalog.StreamListen), ReadHttp3(reader), ReadTrust(reader), ReadLimits(reader));

    private static bool ReadHttp3(SettingsReader reader)
    {
        var isOn = reader.Switch(SettingCatalog.Http3);
        if (isOn && !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? QuicListener.IsSupported : false))
        {
            reader.Fault(reader.From(SettingCatalog.Http3), "this machine cannot speak HTTP/3; install libmsquic (2.2 or later), or leave it out");
        }

        return isOn;
    }

    private static ClientTrust ReadTrust(SettingsReader reader)
    {
        var ranges = reader.List(SettingCatalog.TrustedIps).Select(text => ReadRange(reader, text)).OfType<IPNetwork>().ToImmutableArray();
        var proxyProtocol = reader.OneOf(SettingCatalog.ProxyProtocol, "off", "on") == "on";
        if (proxyProtocol && ranges.IsEmpty && !reader.IsSet(SettingCatalog.TrustedIps))
        {
            reader.Fault(
                reader.From(SettingCatalog.ProxyProtocol), $"PROXY headers are taken from trusted addresses only; name the load balancers' with {SettingCatalog.TrustedIps.Flag}");
        }

        return new ClientTrust
        {
            Ranges = ranges,
            Header = ReadHeader(reader, proxyProtocol),
            IsRecursive = reader.Switch(SettingCatalog.RealIpRecursive),
            ProxyProtocol = proxyProtocol,
        };
    }

    private static IPNetwork? ReadRange(SettingsReader reader, string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        if (!IPNetwork.TryParse(text, out var range) || !IPAddress.TryParse(text.AsSpan(0, text.IndexOf('/')), out var first))
        {
            reader.Fault(reader.From(SettingCatalog.TrustedIps), $"'{text}' is no range of addresses; use for example 10.0.0.0/8, fd00::/8 or 192.0.2.7");
            return null;
        }

        // The platform would take it for the range around it: whoever meant one machine would trust them all.
        if (!range.BaseAddress.Equals(first))
        {
            reader.Fault(reader.From(SettingCatalog.TrustedIps), $"'{text}' has bits set behind its prefix; write {range} for the range, or {first} for the one address");
            return null;
        }

        return range;
    }

    private static RealIpHeader ReadHeader(SettingsReader reader, bool proxyProtocol)
    {
        switch (reader.Text(SettingCatalog.RealIpHeader)?.ToLowerInvariant())
        {
            case null:
                return proxyProtocol ? RealIpHeader.ProxyProtocol : RealIpHeader.XForwardedFor;
            case "x-forwarded-for":
                return RealIpHeader.XForwardedFor;
            case "x-real-ip":
                return RealIpHeader.XRealIp;
            case "proxy_protocol" when proxyProtocol:
                return RealIpHeader.ProxyProtocol;
            case "proxy_protocol":
                reader.Fault(reader.From(SettingCatalog.RealIpHeader), $"proxy_protocol needs {SettingCatalog.ProxyProtocol.Flag} on");
                return RealIpHeader.ProxyProtocol;
            case var text:
                reader.Fault(reader.From(SettingCatalog.RealIpHeader), $"'{text}' is not one of X-Forwarded-For, X-Real-IP, proxy_protocol");
                return RealIpHeader.XForwardedFor;
        }
    }

    private static ClientLimits ReadLimits(SettingsReader reader) => new()
    {
        HeaderBytes = Number(reader, SettingCatalog.MaxHeaderBytes, 1024, 16 * 1024 * 1024, "is no size for headers; use 1024 to 16777216"),
        UriBytes = Number(reader, SettingCatalog.MaxUriBytes, 256, 16 * 1024 * 1024, "is no size for the target of a request, its path and query; use 256 to 16777216"),
        BodyBytes = Bytes(reader, SettingCatalog.MaxBodyBytes),
        Connections = Number(reader, SettingCatalog.MaxConnections, 0, int.MaxValue, "is no number of connections; use 1 or more, or 0 for any number"),
        Http2Streams = Number(reader, SettingCatalog.MaxHttp2Streams, 1, 10_000, "is no number of requests; use 1 to 10000"),
        HeaderTimeout = Seconds(reader, SettingCatalog.HeaderTimeout),
        KeepAliveTimeout = Seconds(reader, SettingCatalog.KeepAliveTimeout),
    };

    private static TimeSpan Seconds(SettingsReader reader, Setting setting) => TimeSpan.FromSeconds(Number(reader, setting, 1, 86_400, "is no time; use 1 to 86400 seconds"));

    private static long Bytes(SettingsReader reader, Setting setting)
    {
        var text = reader.Text(setting) ?? setting.Default!;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bytes))
        {
            return bytes;
        }

        reader.Fault(reader.From(setting), $"'{text}' is no number of bytes; use 1 or more, or 0 for any length");
        return 0;
    }

    private static int Number(SettingsReader reader, Setting setting, int min, int max, string expectation) =>
        reader.Number(setting, min, max, expectation) ?? int.Parse(setting.Default!, System.Globalization.CultureInfo.InvariantCulture);
}
