using EventGateway.Core.Model;
using EventGateway.Sources.Kubernetes.Translation;
using Xunit;

namespace EventGateway.Sources.Tests;

public sealed class RoutePriorityTests
{
    [Fact]
    public void Of_MatchesInTheirOrder_FallsStrictly()
    {
        (string Name, ulong Priority)[] order =
        [
            ("methods and headers", Of(PathMatchType.Prefix, "/", methods: ["GET"], headers: 1)),
            ("two headers", Of(PathMatchType.Prefix, "/", headers: 2)),
            ("one header", Of(PathMatchType.Prefix, "/", headers: 1)),
            ("methods", Of(PathMatchType.Prefix, "/", methods: ["GET"])),
            ("expression of the highest priority", Of(PathMatchType.Regex, "/", int.MaxValue)),
            ("exact of priority 1", Of(PathMatchType.Exact, "/", 1)),
            ("long exact", Of(PathMatchType.Exact, "/aa")),
            ("exact", Of(PathMatchType.Exact, "/a")),
            ("long expression", Of(PathMatchType.Regex, "/a.*b.*c.*")),
            ("expression", Of(PathMatchType.Regex, "/a.*")),
            ("expression of negative priority", Of(PathMatchType.Regex, "/a.*", -1)),
            ("expression of the lowest priority", Of(PathMatchType.Regex, "/a.*", int.MinValue)),
            ("longer prefix", Of(PathMatchType.Prefix, "/a/b", -5)),
            ("prefix, for its closing slash", Of(PathMatchType.Prefix, "/a", 100)),
            ("text", Of(PathMatchType.StartsWith, "/a", 100)),
            ("everything", Of(PathMatchType.Prefix, "/")),
            ("default backend", RoutePriority.DefaultBackend),
        ];

        for (var i = 1; i < order.Length; i++)
        {
            Assert.True(order[i - 1].Priority > order[i].Priority, $"'{order[i - 1].Name}' ({order[i - 1].Priority:x16}) must go before '{order[i].Name}' ({order[i].Priority:x16})");
        }
    }

    [Fact]
    public void Of_VeryLongPath_StaysInItsBits() =>
        Assert.True(Of(PathMatchType.Prefix, "/" + new string('a', 1_000_000)) < Of(PathMatchType.Regex, "/", int.MinValue));

    private static ulong Of(PathMatchType type, string path, int regexPriority = 0, string[]? methods = null, int headers = 0) => RoutePriority.Of(
        new RouteMatch(new PathMatch(type, path))
        {
            Methods = [.. methods ?? []],
            Headers = [.. Enumerable.Range(0, headers).Select(i => new NameValueMatch($"h{i}", ValueMatchType.Present, []))],
        },
        regexPriority);
}
