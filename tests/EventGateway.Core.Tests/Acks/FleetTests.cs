using System.Text;
using EventGateway.Core.Acks;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Acks;

public sealed class FleetTests
{
    private static readonly LogName Shop = new("a", "shop");
    private static readonly Guid LogId = new("11111111-2222-3333-4444-555555555555");
    private static readonly ProxyName One = new("one", "1");
    private static readonly ProxyName Two = new("two", "1");

    private readonly TestTime _time = new();
    private Fleet _fleet = Fleet.Empty;

    [Fact]
    public void CommitEverywhere_IsTheLeastOfThoseThatCount()
    {
        Assert.Null(Everywhere());
        Beat(One);
        Assert.Equal(-1, Everywhere());
        Ack(One, 5);
        Assert.Equal(5, Everywhere());
        Ack(Two, 3);
        Assert.Equal(5, Everywhere());
        Beat(Two);
        Assert.Equal(3, Everywhere());
        Ack(Two, 9);
        Assert.Equal(5, Everywhere());
    }

    [Fact]
    public void CommitEverywhere_OtherLogIdentity_IsNothing()
    {
        Beat(One);
        Ack(One, 5, Guid.NewGuid());
        Assert.Equal(-1, Everywhere());
    }

    [Fact]
    public void CommitEverywhere_NotReadyOrFollowingOthers_DoesNotCount()
    {
        Beat(One);
        Ack(One, 5);
        Beat(Two, isReady: false);
        Beat(new ProxyName("three", "1"), origins: ["b"]);
        Beat(new ProxyName("four", "1"), workspaces: ["blog"]);
        Assert.Equal(5, Everywhere());
        Beat(new ProxyName("five", "1"), origins: ["a"], workspaces: ["shop", "blog"]);
        Assert.Equal(-1, Everywhere());
    }

    [Fact]
    public void CommitEverywhere_ProxyThatLeftOrIsSilent_DoesNotCount()
    {
        Beat(One);
        Ack(One, 5);
        Beat(Two);
        Ack(Two, 2);
        _time.Advance(TimeSpan.FromSeconds(29));
        Beat(One);
        Assert.Equal(2, Everywhere());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Everywhere());

        Beat(Two);
        Assert.Equal(2, Everywhere());
        Add($"proxy/{Two}", null);
        Assert.Equal(5, Everywhere());
    }

    [Fact]
    public void With_OldHeartbeat_CountsFromWhenItWasWritten()
    {
        Beat(One, age: TimeSpan.FromSeconds(31));
        Ack(One, 5, age: TimeSpan.FromSeconds(40));
        Assert.Null(Everywhere());
        Assert.Single(_fleet.Members);
    }

    [Fact]
    public void With_AnotherLifeOfOneProxy_IsAnotherMember()
    {
        Beat(One);
        Ack(One, 5);
        Beat(new ProxyName("one", "2"));
        Assert.Equal(-1, Everywhere());
        Assert.Equal(2, _fleet.Members.Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("proxy/one")]
    [InlineData("proxy/one/1/x")]
    [InlineData("proxy//1")]
    [InlineData("ack/one/1/A/shop")]
    [InlineData("ack/one/1/a")]
    [InlineData("later/one/1")]
    public void With_UnknownKey_ChangesNothing(string key)
    {
        Beat(One);
        var before = _fleet;
        Add(key, new byte[] { 1 });
        Add(key, null);
        Assert.Same(before, _fleet);
    }

    [Fact]
    public void With_DamagedValues_ChangesNothing()
    {
        Beat(One);
        Ack(One, 5);
        var before = _fleet;
        Add($"proxy/{One}", Encoding.UTF8.GetBytes("no heartbeat"));
        Add($"ack/{One}/{Shop}", Encoding.UTF8.GetBytes("no ack"));
        Add($"ack/{One}/{Shop}", ReadOnlyMemory<byte>.Empty);
        Assert.Same(before, _fleet);
    }

    [Fact]
    public void Codec_Heartbeat_IsIdentity()
    {
        var heartbeat = new ProxyHeartbeat("1.2.3", 7, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), true, ["a", "b"], ["shop"]);
        var read = AckCodec.TryReadHeartbeat(AckCodec.Write(heartbeat))!;
        Assert.Equal(heartbeat with { Origins = read.Origins, Workspaces = read.Workspaces }, read);
        Assert.Equal(["a", "b"], read.Origins.Order());
        Assert.Equal(["shop"], read.Workspaces);
    }

    [Fact]
    public void Codec_Ack_IsIdentityAndStaysSmall()
    {
        var refused = Enumerable.Range(0, 1000).Select(i => new RefusedRecord($"route/shop/r{i}/0", "why")).ToList();
        var image = new ConfigDelta(ConfigImage.Empty).Apply(new LogPosition(LogId, 42, 1, 2, 3, null));
        var ack = LogAck.Of(image, refused);
        var bytes = AckCodec.Write(ack);
        Assert.Equal(ack, AckCodec.TryReadAck(bytes));
        Assert.Equal((LogAck.MostRefused, 1000), (ack.Refused.Length, ack.RefusedCount));
        Assert.True(bytes.Length < 2000, $"{bytes.Length} bytes");
    }

    private long? Everywhere() => _fleet.CommitEverywhere(Shop, LogId, m => _time.GetElapsedTime(m.HeardAt) < TimeSpan.FromSeconds(30));

    private void Beat(ProxyName name, bool isReady = true, string[]? origins = null, string[]? workspaces = null, TimeSpan age = default) =>
        Add($"proxy/{name}", AckCodec.Write(new ProxyHeartbeat("1", 1, null, isReady, [.. origins ?? []], [.. workspaces ?? []])), age);

    private void Ack(ProxyName name, long commit, Guid? logId = null, TimeSpan age = default) =>
        Add($"ack/{name}/{Shop}", AckCodec.Write(new LogAck(logId ?? LogId, commit, ImageHash.Empty, [], 0)), age);

    private void Add(string key, ReadOnlyMemory<byte>? value, TimeSpan age = default) => _fleet = _fleet.With(new AckRecord(key, value, age), _time, _time.GetTimestamp());
}
