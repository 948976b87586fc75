using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>What a record of an <see cref="IAckLog"/> is about: <c>proxy/id/instance</c> or <c>ack/id/instance/origin/workspace</c>.</summary>
/// <param name="Log">Null: the proxy itself.</param>
internal sealed record AckKey(ProxyName Proxy, LogName? Log)
{
    private const string Heartbeat = "proxy";
    private const string Ack = "ack";

    /// <summary>Null: the key is none of this build's.</summary>
    public static AckKey? TryParse(string key) => key.Split('/') switch
    {
        [Heartbeat, { Length: > 0 } id, { Length: > 0 } instance] => new AckKey(new ProxyName(id, instance), null),
        [Ack, { Length: > 0 } id, { Length: > 0 } instance, var origin, var workspace] when LogName.IsLabel(origin) && LogName.IsLabel(workspace) =>
            new AckKey(new ProxyName(id, instance), new LogName(origin, workspace)),
        _ => null,
    };

    public override string ToString() => Log is { } log ? $"{Ack}/{Proxy}/{log}" : $"{Heartbeat}/{Proxy}";
}
