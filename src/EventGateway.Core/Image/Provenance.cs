namespace EventGateway.Core.Image;

/// <summary>Where an entity came from. It is no part of the content: a change of provenance alone publishes nothing.</summary>
public sealed record Provenance
{
    public static readonly Provenance None = new();

    /// <summary>The object's identity at its source; "" when it has none.</summary>
    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    /// <summary>0: not known.</summary>
    public long Generation { get; init; }

    /// <summary>When the source was seen to change. For lag only, never for order.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    public string Author { get; init; } = "";

    /// <summary>W3C trace context of the change; "" when it has none.</summary>
    public string TraceParent { get; init; } = "";

    public string Origin { get; init; } = "";
}
