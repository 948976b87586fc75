using System.Collections.Concurrent;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// Plain-text prefixes and expressions of one host. Every text is found by its own length: one look-up per length in use, however
/// many texts there are. An expression is filed under its literal beginning, so that only those are tried that can match.
/// </summary>
internal sealed class TextIndex
{
    private readonly ConcurrentDictionary<string, TextNode> _nodes = new(1, 7, StringComparer.Ordinal);
    private readonly SortedDictionary<int, int> _uses = [];
    private volatile int[] _lengths = [];

    public bool IsEmpty => _nodes.IsEmpty;

    public void Find(string path, ref BestMatch best)
    {
        var nodes = _nodes.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in _lengths)
        {
            if (length > path.Length)
            {
                return;
            }

            if (!nodes.TryGetValue(path.AsSpan(0, length), out var node))
            {
                continue;
            }

            best.Consider(node.Plain, length);
            foreach (var slot in node.Expressions)
            {
                best.ConsiderExpression(slot, path);
            }
        }
    }

    public PathSlot? Find(PathMatch path) => _nodes.TryGetValue(TextOf(path), out var node) ? SlotOf(node, path) : null;

    public PathSlot GetOrAdd(HostMatch? host, RouteCandidate candidate)
    {
        var path = candidate.Path;
        var text = TextOf(path);
        if (!_nodes.TryGetValue(text, out var node))
        {
            node = new TextNode();
            _nodes[text] = node;
            Use(text.Length, 1);
        }

        if (SlotOf(node, path) is { } existing)
        {
            return existing;
        }

        var slot = new PathSlot(host, path, candidate.Expression);
        if (path.Type == PathMatchType.Regex)
        {
            node.Expressions = [.. node.Expressions, slot];
        }
        else
        {
            node.Plain = slot;
        }

        return slot;
    }

    public void Remove(PathSlot slot)
    {
        var text = TextOf(slot.Path);
        if (!_nodes.TryGetValue(text, out var node))
        {
            return;
        }

        if (slot.Path.Type == PathMatchType.Regex)
        {
            node.Expressions = node.Expressions.Where(s => !ReferenceEquals(s, slot)).ToArray();
        }
        else
        {
            node.Plain = null;
        }

        if (node.IsEmpty)
        {
            _nodes.TryRemove(text, out _);
            Use(text.Length, -1);
        }
    }

    private static string TextOf(PathMatch path) => path.Type == PathMatchType.Regex ? LiteralPrefix.Of(path.Value) : path.Value;

    private static PathSlot? SlotOf(TextNode node, PathMatch path) => path.Type == PathMatchType.Regex
        ? Array.Find(node.Expressions, s => string.Equals(s.Path.Value, path.Value, StringComparison.Ordinal))
        : node.Plain;

    private void Use(int length, int change)
    {
        var uses = _uses.GetValueOrDefault(length) + change;
        if (uses == 0)
        {
            _uses.Remove(length);
        }
        else
        {
            _uses[length] = uses;
        }

        if (uses == 0 || (uses == 1 && change > 0))
        {
            _lengths = [.. _uses.Keys];
        }
    }
}
