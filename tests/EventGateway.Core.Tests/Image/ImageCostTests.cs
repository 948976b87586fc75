using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Model;
using Xunit;

namespace EventGateway.Core.Tests.Image;

/// <summary>One change costs what a change costs, however large the image is.</summary>
public sealed class ImageCostTests
{
    [Fact]
    public void OneChange_InALargeImage_AllocatesLittleMoreThanInASmallOne()
    {
        var small = BytesPerChange(1_000);
        var large = BytesPerChange(100_000);

        // Decoding, staging, one path through the map's tree, whose depth grows with the logarithm of the size.
        Assert.True(large < 16_384, $"One change of 100,000 entities allocates {large} bytes");
        Assert.True(large < 3 * small, $"One change allocates {small} bytes among 1,000 entities, {large} among 100,000");
    }

    private static long BytesPerChange(int entities)
    {
        const int Changes = 200;
        var assembler = new ImageAssembler();
        for (var i = 0; i < entities; i++)
        {
            assembler.Add(LogScript.Put(EntityKey.Route("shop", $"r{i}", "0"), 1, 1, i + 1));
        }

        assembler.Add(LogScript.Commit(ConfigImage.Empty, 1, 1, entities + 1));
        var image = assembler.Take().Image;
        Assert.Equal(entities, image.Count);
        var records = Enumerable.Range(0, Changes).SelectMany(i => new[]
        {
            LogScript.Put(EntityKey.Route("shop", $"r{i * (entities / Changes)}", "0"), 2, 1, entities + 2 + (2 * i)),
            LogScript.Commit(image, 2 + i, 1, entities + 3 + (2 * i)),
        }).ToList();

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var record in records)
        {
            assembler.Add(record);
            assembler.Take();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Changes;
    }
}
