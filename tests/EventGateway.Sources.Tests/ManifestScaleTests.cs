using System.Diagnostics;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Files;
using Xunit;
using static EventGateway.Sources.Tests.ManifestTexts;

namespace EventGateway.Sources.Tests;

/// <summary>One edited path among very many: how long it takes is printed, that it stays one entity is asserted.</summary>
public sealed class ManifestScaleTests(ITestOutputHelper output)
{
    private const int Ingresses = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task WatchAsync_OnePathEdited_OneEntityIsNew(int files)
    {
        using var folder = new TemporaryFolder();
        folder.Write("service.yaml", Join(Service(), Slice("cart-a", "10.0.0.1")));
        for (var file = 0; file < files; file++)
        {
            folder.Write($"{file}.yaml", TextOf(file, files, edited: false));
        }

        await using var watch = new SourceWatch(folder.Path);
        var started = Stopwatch.GetTimestamp();
        await watch.UntilAsync(() => true, "first state");
        var first = Stopwatch.GetElapsedTime(started);
        var before = watch.Workspace("shop");
        Assert.Equal(Ingresses + 2, before.Entities.Count);

        var times = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            var text = TextOf(0, files, edited: round % 2 == 0);
            started = Stopwatch.GetTimestamp();
            folder.Write("0.yaml", text);
            var path = round % 2 == 0 ? "/edited" : "/p0";
            await watch.UntilAsync(() => watch.PathOf("web-0") == path, $"edit {round}");
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal(EntityKey.Route("shop", "web-0", "0.0"), Assert.Single(NewIn(before, watch.Workspace("shop"))));
            before = watch.Workspace("shop");
        }

        times.Sort();
        output.WriteLine($"{Ingresses} Ingresses in {files} files: first state {first.TotalMilliseconds:0} ms; edit to state median {times[2]:0} ms, of which {ManifestSourceOptions.DefaultSettleTime.TotalMilliseconds} ms settling");
    }

    private static string TextOf(int file, int files, bool edited) => Join(Enumerable.Range(file * (Ingresses / files), Ingresses / files)
        .Select(i => Ingress($"web-{i}", i == 0 && edited ? "/edited" : $"/p{i}", host: $"h{i % 100}.test")));

    private static IEnumerable<EntityKey> NewIn(DesiredState before, DesiredState after) =>
        after.Entities.Where(e => !ReferenceEquals(e.Value, before.Entities.GetValueOrDefault(e.Key))).Select(e => e.Key);
}
