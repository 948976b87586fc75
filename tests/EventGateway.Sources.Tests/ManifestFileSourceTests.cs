using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Xunit;
using static EventGateway.Sources.Tests.ManifestTexts;

namespace EventGateway.Sources.Tests;

/// <summary>Real folders; the scan is switched off where the events themselves are to be shown.</summary>
public sealed class ManifestFileSourceTests
{
    private static readonly TimeSpan FastScan = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task WatchAsync_EmptyFolder_FirstStateIsEmpty()
    {
        using var folder = new TemporaryFolder();
        await using var watch = new SourceWatch(folder.Path);

        await watch.UntilAsync(() => true, "first state");

        Assert.Empty(watch.Current);
    }

    [Fact]
    public async Task WatchAsync_SeveralFiles_FirstStateHasThemAll()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yaml", Join(Service(), Ingress("a", "/a")));
        folder.Write("deeper/still/b.yml", Ingress("b", "/b"));
        folder.Write("notes.txt", "not: read");
        await using var watch = new SourceWatch(folder.Path);

        await watch.UntilAsync(() => true, "first state");

        Assert.Equal("/a", watch.PathOf("a"));
        Assert.Equal("/b", watch.PathOf("b"));
        Assert.Equal(1, watch.States);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WatchAsync_FileEditedCreatedRenamedDeleted_StateFollows(bool byScanOnly)
    {
        using var folder = new TemporaryFolder();
        folder.Write("web.yaml", Join(Service(), Ingress("web", "/1")));
        await using var watch = byScanOnly ? new SourceWatch(folder.Path, FastScan) : new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        folder.Write("web.yaml", Join(Service(), Ingress("web", "/2")));
        await watch.UntilAsync(() => watch.PathOf("web") == "/2", "edited");
        folder.Write("new/more.yaml", Ingress("more", "/m"));
        await watch.UntilAsync(() => watch.PathOf("more") == "/m", "created in a new folder");
        File.Move(folder["new/more.yaml"], folder["new/more.txt"]);
        await watch.UntilAsync(() => watch.PathOf("more") == "(none)", "renamed away");
        File.Move(folder["new/more.txt"], folder["again.yaml"]);
        await watch.UntilAsync(() => watch.PathOf("more") == "/m", "renamed back");
        File.Delete(folder["again.yaml"]);
        await watch.UntilAsync(() => watch.PathOf("more") == "(none)", "deleted");
        File.Delete(folder["web.yaml"]);
        await watch.UntilAsync(() => watch.Current.Count == 0, "all deleted");
    }

    [Fact]
    public async Task WatchAsync_FileReplacedByRename_StateFollows()
    {
        using var folder = new TemporaryFolder();
        folder.Write("web.yaml", Join(Service(), Ingress("web", "/1")));
        await using var watch = new SourceWatch(folder["web.yaml"]);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        folder.Write(".web.yaml.swp", Join(Service(), Ingress("web", "/swap")));
        folder.Write("web.yaml~", Join(Service(), Ingress("web", "/backup")));
        folder.Write("web.new", Join(Service(), Ingress("web", "/2")));
        File.Move(folder["web.new"], folder["web.yaml"], overwrite: true);
        await watch.UntilAsync(() => watch.PathOf("web") != "/1", "replaced");

        Assert.Equal("/2", watch.PathOf("web"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WatchAsync_ConfigMapLinkSwapped_StateFollowsAtOnce(bool byScanOnly)
    {
        using var folder = new TemporaryFolder();
        folder.Write("mount/..2026_01/web.yaml", Join(Service(), Ingress("web", "/1")));
        Directory.CreateSymbolicLink(folder["mount/..data"], "..2026_01");
        File.CreateSymbolicLink(folder["mount/web.yaml"], "..data/web.yaml");
        await using var watch = byScanOnly ? new SourceWatch(folder["mount"], FastScan) : new SourceWatch(folder["mount"]);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        // As kubelet does it: new folder, new link, rename over the old link, old folder removed.
        folder.Write("mount/..2026_02/web.yaml", Join(Service(), Ingress("web", "/2")));
        Directory.CreateSymbolicLink(folder["mount/..data_tmp"], "..2026_02");
        using (var move = Process.Start("mv", ["-T", folder["mount/..data_tmp"], folder["mount/..data"]]))
        {
            await move.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Directory.Delete(folder["mount/..2026_01"], recursive: true);
        await watch.UntilAsync(() => watch.PathOf("web") != "/1", "swapped");

        Assert.Equal("/2", watch.PathOf("web"));
    }

    [Fact]
    public async Task WatchAsync_WholeFolderReplaced_NothingIsLostInBetween()
    {
        using var folder = new TemporaryFolder();
        folder.Write("live/web.yaml", Join(Service(), Ingress("web", "/1"), Ingress("stays", "/s")));
        folder.Write("next/web.yaml", Join(Service(), Ingress("web", "/2"), Ingress("stays", "/s")));
        await using var watch = new SourceWatch(folder["live"], FastScan);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        Directory.Move(folder["live"], folder["old"]);
        await watch.UntilLoggedAsync("the folder is gone");
        Directory.Move(folder["next"], folder["live"]);
        await watch.UntilAsync(() => watch.PathOf("web") == "/2", "replaced");
        Assert.Equal("/s", watch.PathOf("stays"));

        folder.Write("live/web.yaml", Join(Service(), Ingress("web", "/3")));
        await watch.UntilAsync(() => watch.PathOf("web") == "/3", "edited in the new folder");
    }

    [Fact]
    public async Task WatchAsync_DocumentBroken_KeepsItsLastStateAndTakesTheOthers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("web.yaml", Join(Service(), Ingress("a", "/a1"), Ingress("b", "/b1"), Ingress("c", "/c1")));
        await using var watch = new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.PathOf("c") == "/c1", "first state");

        // b is broken, c is missing: nobody knows whether c was meant to go.
        folder.Write("web.yaml", Join(Service(), Ingress("a", "/a2"), Ingress("b", "/b2").Replace("number: 80", "number: eighty", StringComparison.Ordinal)));
        await watch.UntilAsync(() => watch.PathOf("a") == "/a2", "a edited, b broken");
        Assert.Equal("/b1", watch.PathOf("b"));
        Assert.Equal("/c1", watch.PathOf("c"));
        Assert.Equal(1, watch.Log.Count("Ingress shop/b"));
        var line = 1 + File.ReadAllLines(folder["web.yaml"]).ToList().FindIndex(l => l.Contains("eighty", StringComparison.Ordinal));
        Assert.Contains(
            (LogLevel.Warning, $"4010 Ingress shop/b ({folder["web.yaml"]}:{line}) is refused: line {line}: spec.rules[0].http.paths[0].backend.service.port.number: 'eighty' is not a whole number | the last good version stays in use"),
            watch.Log.Lines);

        folder.Write("web.yaml", Join(Service(), Ingress("a", "/a2"), Ingress("b", "/b2")));
        await watch.UntilAsync(() => watch.PathOf("b") == "/b2", "mended");
        Assert.Equal("(none)", watch.PathOf("c"));
        Assert.Contains(watch.Log.Lines, l => l.Level == LogLevel.Information && l.Text.Contains("Ingress shop/b", StringComparison.Ordinal) && l.Text.Contains("no longer refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("spec: [unclosed", "this is not YAML")]
    [InlineData("", "the file is empty")]
    [InlineData("just text", "this is not an object")]
    public async Task WatchAsync_FileBroken_KeepsItsObjectsAndSaysSo(string text, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("web.yaml", Join(Service(), Ingress("web", "/1")));
        await using var watch = new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        folder.Write("web.yaml", text);
        await watch.UntilLoggedAsync(message);
        Assert.Contains(watch.Log.Lines, l => l.Text.Contains($"{folder["web.yaml"]}:1", StringComparison.Ordinal) && l.Level == LogLevel.Warning);

        folder.Write("web.yaml", "# nothing any more");
        await watch.UntilAsync(() => watch.Current.Count == 0, "emptied on purpose");
    }

    [Fact]
    public async Task WatchAsync_FileBrokenAtTheStart_SaysThatItDoesNotKnowAll()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yaml", ManifestTexts.Ingress("a", "/a"));
        folder.Write("b.yaml", "{{{ not yaml");
        await using var watch = new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.PathOf("a") == "/a", "first state");
        Assert.True(watch.IsPartial);

        folder.Write("b.yaml", ManifestTexts.Ingress("b", "/b"));
        await watch.UntilAsync(() => watch.PathOf("b") == "/b", "mended");
        Assert.False(watch.IsPartial);

        // What is broken later holds what it held: all is known.
        folder.Write("b.yaml", "{{{ not yaml");
        folder.Write("a.yaml", ManifestTexts.Ingress("a", "/a2"));
        await watch.UntilAsync(() => watch.PathOf("a") == "/a2", "edited");
        Assert.False(watch.IsPartial);
    }

    [Fact]
    public async Task WatchAsync_FileUnreadable_KeepsItsObjectsAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("web.yaml", Join(Service(), Ingress("web", "/1")));
        await using var watch = new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.PathOf("web") == "/1", "first state");

        // A dangling link cannot be read by anybody, not even by root, whom permissions do not stop.
        File.CreateSymbolicLink(folder["link"], "nowhere");
        File.Move(folder["link"], folder["web.yaml"], overwrite: true);
        await watch.UntilLoggedAsync("the file cannot be read");

        File.Delete(folder["web.yaml"]);
        await watch.UntilAsync(() => watch.Current.Count == 0, "deleted");
    }

    [Fact]
    public async Task WatchAsync_OtherWorkspaceEdited_ThisOneStaysTheSameObject()
    {
        using var folder = new TemporaryFolder();
        folder.Write("shop.yaml", Join(Service(), Ingress("web", "/1")));
        folder.Write("team.yaml", Join(Service("app", "team"), Ingress("web", "/1", "team", "team.test", "app")));
        await using var watch = new SourceWatch(folder.Path);
        await watch.UntilAsync(() => watch.Current.Count == 2, "first state");
        var shop = watch.Workspace("shop");

        folder.Write("team.yaml", Join(Service("app", "team"), Ingress("web", "/2", "team", "team.test", "app")));
        await watch.UntilAsync(() => watch.PathOf("web", "team") == "/2", "edited");

        Assert.Same(shop, watch.Workspace("shop"));
    }
}
