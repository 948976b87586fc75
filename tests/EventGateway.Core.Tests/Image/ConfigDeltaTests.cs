using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Image;

public sealed class ConfigDeltaTests
{
    private static readonly EntityKey RouteA = LogScript.Keys[0];

    [Fact]
    public void Between_AnyTwoImages_LeadsFromOneToTheOther() => Gen.Select(LogScript.GenLog, LogScript.GenLog).Sample((first, second) =>
    {
        ConfigImage a = LogScript.Replay(first), b = LogScript.Replay(second);

        var delta = ConfigDelta.Between(a, b);

        Assert.Equal(LogScript.Describe(b, versions: false), LogScript.Describe(delta.Apply(b.Position), versions: false));
        Assert.Equal(a.Entries.Concat(b.Entries).GroupBy(e => (e.Entity.Key, e.Hash)).Count(g => g.Count() == 1), delta.Count + Changed(delta, a));
        Assert.Equal(LogScript.Describe(b), LogScript.Describe(ConfigDelta.FromEmpty(b).Apply(b.Position)));
        Assert.Equal(0, ConfigDelta.Between(b, LogScript.Replay(second)).Count);

        // A key that both hold with other content is one change and two entries.
        static int Changed(ConfigDelta delta, ConfigImage from) => delta.From.Entries.Count(e => from == delta.From && delta.Find(e.Entity.Key) is { } now && now.Hash != e.Hash);
    });

    [Fact]
    public void Put_ThenRemoveInTheSameDelta_LeavesNoTrace()
    {
        var image = Image((LogScript.Keys[1], 1));
        var delta = new ConfigDelta(image);
        Put(delta, RouteA, 1);
        delta.Remove(RouteA);

        Assert.Equal(0, delta.Count);
        Assert.Empty(delta.Routes?.Changed ?? []);
        Assert.Empty(delta.Routes?.Removed ?? []);
        Assert.Equal(image.Hash, delta.Hash);
        Assert.Same(image.Routes, delta.Apply(LogPosition.None).Routes);
    }

    [Fact]
    public void Remove_OfWhatIsNotThere_TouchesNoKind()
    {
        var delta = new ConfigDelta(Image((RouteA, 1)));
        foreach (var key in LogScript.Keys.Skip(1).Append(Samples.Certificate().Key))
        {
            delta.Remove(key);
        }

        Assert.Equal(0, delta.Count);
        object?[] kinds = [delta.Routes, delta.Backends, delta.Endpoints, delta.Listeners, delta.Certificates, delta.Features, delta.Unknown];
        Assert.All(kinds, Assert.Null);
    }

    [Fact]
    public void Remove_ThenPutAgain_IsAChange()
    {
        var delta = new ConfigDelta(Image((RouteA, 1)));
        delta.Remove(RouteA);
        Put(delta, RouteA, 2);

        Assert.Equal(RouteA, Assert.Single(delta.Routes!.Changed).Entity.Key);
        Assert.Empty(delta.Routes.Removed);
        Assert.Equal(LogScript.Describe(Image((RouteA, 2))), LogScript.Describe(delta.Apply(LogPosition.None)));
    }

    [Fact]
    public void Apply_UntouchedKinds_AreTheSameObjects()
    {
        var image = Image([.. LogScript.Keys.Select(k => (k, 1))]);
        var delta = new ConfigDelta(image);
        Put(delta, RouteA, 2);

        var next = delta.Apply(LogPosition.None);

        Assert.NotSame(image.Routes, next.Routes);
        Assert.Same(image.Backends, next.Backends);
        Assert.Same(image.Endpoints, next.Endpoints);
        Assert.Same(image.Listeners, next.Listeners);
        Assert.Same(image.Certificates, next.Certificates);
        Assert.Same(image.Features, next.Features);
        Assert.Same(image.Unknown, next.Unknown);
        Assert.Null(delta.Backends);
        Assert.Equal(8, image.Count);
        Assert.True(image.Routes.TryGet(RouteA, out var before) && before.Entity.Matches[0].Path.Value == "/1");
    }

    [Fact]
    public void Combine_OfImages_DoesNotDependOnOrderButOnNames()
    {
        (LogName, ImageHash) first = (new("a", "x"), new ImageHash(1)), second = (new("a", "y"), ImageHash.Empty);

        Assert.Equal(ImageHash.Combine([first, second]), ImageHash.Combine([second, first]));
        Assert.NotEqual(ImageHash.Combine([first]), ImageHash.Combine([first, second]));
        Assert.NotEqual(ImageHash.Combine([first]), ImageHash.Combine([(new LogName("a", "z"), first.Item2)]));
    }

    private static ConfigImage Image(params (EntityKey Key, int Content)[] entities)
    {
        var delta = new ConfigDelta(ConfigImage.Empty);
        foreach (var (key, content) in entities)
        {
            Put(delta, key, content);
        }

        return delta.Apply(LogPosition.None);
    }

    private static void Put(ConfigDelta delta, EntityKey key, int content)
    {
        var change = EntityCodec.ToChange(LogScript.EntityOf(key, content), Provenance.None);
        delta.Put(change.Entity!, change.Hash, new RecordVersion(1, 1), Provenance.None);
    }
}
