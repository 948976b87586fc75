namespace EventGateway.Core.Acks;

/// <summary>One life of one proxy.</summary>
/// <param name="Id">As <c>/status</c> tells it: the machine's or the pod's name. May hold anything but a slash.</param>
/// <param name="Instance">Another one each time the process starts.</param>
public sealed record ProxyName(string Id, string Instance)
{
    /// <summary>A name for this process.</summary>
    public static ProxyName New(string id) => new(id.Replace('/', '-'), Guid.NewGuid().ToString("N")[..8]);

    /// <summary><c>id/instance</c>.</summary>
    public override string ToString() => $"{Id}/{Instance}";
}
