using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Tests.Image;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Loading;

public sealed class ImageBroadcastTests
{
    private static readonly LogName Blog = new("a", "blog");

    [Fact]
    public void Attach_Late_GetsEveryImageAsADeltaFromEmpty()
    {
        var broadcast = new ImageBroadcast([], NullLogger<ImageBroadcast>.Instance);
        var (first, second) = (Image(1), Image(2));
        broadcast.Publish(Samples.Shop, ConfigDelta.FromEmpty(first), first);
        broadcast.Publish(Samples.Shop, ConfigDelta.Between(first, second), second);
        broadcast.Publish(Blog, ConfigDelta.FromEmpty(first), first);

        var late = new RecordingPublisher();
        broadcast.Attach(late);

        Assert.Equal([Blog, Samples.Shop], late.Calls.Select(c => c.Log).Order());
        Assert.All(late.Calls, c => Assert.Same(ConfigImage.Empty, c.Delta.From));
        Assert.Same(second, late.Calls.Single(c => c.Log == Samples.Shop).Image);
        Assert.Equal(2, late.Calls.Single(c => c.Log == Samples.Shop).Delta.Count);

        broadcast.Publish(Blog, ConfigDelta.Between(first, second), second);
        Assert.Equal(3, late.Calls.Count);
    }

    [Fact]
    public void Publish_OneThrows_IsCountedAndTheOthersRun()
    {
        RecordingPublisher bad = new("bad", throws: true), good = new("good");
        var broadcast = new ImageBroadcast([bad, good], NullLogger<ImageBroadcast>.Instance);
        var image = Image(1);
        broadcast.Publish(Samples.Shop, ConfigDelta.FromEmpty(image), image);
        broadcast.Publish(Samples.Shop, ConfigDelta.Between(image, image), image);

        Assert.Equal(2, good.Calls.Count);
        Assert.Equal(2, broadcast.Faults["bad"]);
        Assert.False(broadcast.Faults.ContainsKey("good"));
    }

    [Fact]
    public void Refused_OneThrows_TheOthersAreHeard()
    {
        RecordingPublisher bad = new("bad", throws: true), good = new("good") { Unusable = [new RefusedRecord("k", "why")] };
        var broadcast = new ImageBroadcast([bad, good], NullLogger<ImageBroadcast>.Instance);

        Assert.Equal(good.Unusable, broadcast.Refused(Samples.Shop));
        Assert.Equal(1, broadcast.Faults["bad"]);
    }

    private static ConfigImage Image(int entities) =>
        LogScript.Replay([.. Enumerable.Range(0, entities).Select(i => LogScript.Put(LogScript.Keys[i], 1, 1, i + 1)), LogScript.Commit(ConfigImage.Empty, 1, 1, 99)]);
}
