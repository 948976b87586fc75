namespace EventGateway.Proxy.Routing;

/// <summary>What begins with one plain text: at most one plain slot, and the expressions whose literal beginning it is.</summary>
internal sealed class TextNode
{
    private volatile PathSlot? _plain;
    private volatile PathSlot[] _expressions = [];

    public PathSlot? Plain
    {
        get => _plain;
        set => _plain = value;
    }

    public PathSlot[] Expressions
    {
        get => _expressions;
        set => _expressions = value;
    }

    public bool IsEmpty => _plain is null && _expressions.Length == 0;
}
