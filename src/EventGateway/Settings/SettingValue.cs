using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>What a user wrote for one setting, before anyone looked at what it means.</summary>
/// <param name="From">Where, for people: <c>--http-port</c>, <c>EVENTGATEWAY_HTTP_PORT</c> or <c>http-port in gateway.yaml, line 3</c>.</param>
internal sealed record SettingValue(ImmutableArray<string> Values, string From);
