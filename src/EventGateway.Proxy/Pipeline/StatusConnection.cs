namespace EventGateway.Proxy.Pipeline;

/// <summary>Marks connections of the status port, so that no Host header leads from one port to the other's answers.</summary>
internal sealed class StatusConnection
{
    public static readonly StatusConnection Instance = new();
}
