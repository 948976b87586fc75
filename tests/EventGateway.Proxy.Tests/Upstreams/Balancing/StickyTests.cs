using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class StickyTests
{
    private static readonly StickyCookie Cookie = new("session") { Path = "/shop", MaxAge = TimeSpan.FromMinutes(5) };
    private readonly EndpointState[] _endpoints = Pool.Equal(4);

    [Theory]
    [InlineData(LoadBalancing.RoundRobin)]
    [InlineData(LoadBalancing.LeastConnections)]
    [InlineData(LoadBalancing.Latency)]
    [InlineData(LoadBalancing.ConsistentHashing)]
    public void Pick_Cookie_SameEndpointAndNoNewCookie(LoadBalancing balancing)
    {
        var picker = Sticky(_endpoints, balancing);
        var (endpoint, cookie) = Pick(picker);
        Assert.Equal(("session", "/shop", TimeSpan.FromMinutes(5)), (cookie!.Name, cookie.Path, cookie.MaxAge));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal((endpoint, null), Pick(picker, cookie.Value)));
    }

    [Fact]
    public void Pick_NewClients_ByTheAlgorithm()
    {
        var picker = Sticky(_endpoints);
        Assert.All(picker.Count(_endpoints, 40), c => Assert.Equal(10, c));
    }

    [Theory]
    [InlineData("no-such-token")]
    [InlineData("")]
    [InlineData("10.0.0.1:80")]
    public void Pick_UnknownValue_NewCookie(string value)
    {
        var (endpoint, cookie) = Pick(Sticky(_endpoints), value);
        Assert.Equal((endpoint, null), Pick(Sticky(_endpoints), cookie!.Value));
    }

    [Fact]
    public void Change_OthersComeAndGo_SessionStays()
    {
        var picker = Sticky(_endpoints);
        var (endpoint, cookie) = Pick(picker);
        for (var i = 0; i < 50; i++)
        {
            picker = Sticky([Pool.Endpoint($"10.1.0.{i}:80"), endpoint, .. _endpoints.Where(e => e != endpoint).Take(i % 3)], previous: picker);
            Assert.Equal((endpoint, null), Pick(picker, cookie!.Value));
        }
    }

    [Fact]
    public void Change_ItsEndpointGone_AnotherWithNewCookie()
    {
        var (endpoint, cookie) = Pick(Sticky(_endpoints));
        var picker = Sticky([.. _endpoints.Where(e => e != endpoint)]);
        var (next, newCookie) = Pick(picker, cookie!.Value);
        Assert.NotSame(endpoint, next);
        Assert.Equal((next, null), Pick(picker, newCookie!.Value));
    }

    [Fact]
    public void Pick_ItsEndpointTried_AnotherWithNewCookie()
    {
        var picker = Sticky(_endpoints);
        var (endpoint, cookie) = Pick(picker);
        var request = Pool.Request(endpoint);
        Assert.NotSame(endpoint, picker.Pick(With(cookie!.Value), request));
        Assert.NotEqual(cookie.Value, request.StickyCookie!.Value);
    }

    [Fact]
    public void Pick_WeightSetToZero_KeepsItsClientsAndGetsNoNewOnes()
    {
        var (endpoint, cookie) = Pick(Sticky(_endpoints));
        EndpointState[] others = [.. _endpoints.Where(e => e != endpoint)];
        endpoint.Weight = 0;
        var picker = Sticky(others, drained: endpoint);
        Assert.Equal((endpoint, null), Pick(picker, cookie!.Value));
        Assert.Equal([10, 10, 10], picker.Count(others, 30));
        endpoint.IsHealthy = false;
        Assert.Contains(Pick(picker, cookie.Value).Endpoint, others);
    }

    [Fact]
    public void Pick_SeveralCookiesOfTheName_TheOneThatIsKnown()
    {
        var picker = Sticky(_endpoints);
        var (endpoint, cookie) = Pick(picker);
        var context = new DefaultHttpContext { Request = { Headers = { Cookie = $"session=stale; session={cookie!.Value}" } } };
        Assert.Same(endpoint, picker.Pick(context, Pool.Request()));
    }

    [Fact]
    public void Tokens_OfOneRing_AgreeAndDoNotShowTheAddress()
    {
        var line = KeyRing.NewLine("k1");
        var here = new EndpointTokens(KeyRing.Parse(line)).Of(Pool.Endpoint("10.0.0.1:80"));
        Assert.Equal(here, new EndpointTokens(KeyRing.Parse(line)).Of(Pool.Endpoint("10.0.0.1:80")));
        Assert.NotEqual(here, new EndpointTokens(KeyRing.Parse(KeyRing.NewLine("k1"))).Of(Pool.Endpoint("10.0.0.1:80")));
        Assert.NotEqual(here, new EndpointTokens(KeyRing.Parse(line)).Of(Pool.Endpoint("10.0.0.2:80")));
        Assert.NotEqual(here, EndpointTokens.WithoutKey.Of(Pool.Endpoint("10.0.0.1:80")));
        Assert.Matches("^[A-Za-z0-9_-]{16}$", here.Single());
    }

    [Fact]
    public void Tokens_KnownRing_AreFixedForever()
    {
        // Computed by another program. Cookies outlive versions of the proxy.
        var ring = KeyRing.Parse("k1: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        Assert.Equal("dZ1uTMu9vnlY1tdT", new EndpointTokens(ring).Of(Pool.Endpoint("10.0.0.1:80")).Single());
        Assert.Equal("Wevwt9xpXQdh71ge", EndpointTokens.WithoutKey.Of(Pool.Endpoint("10.0.0.1:80")).Single());
    }

    [Fact]
    public void Tokens_KeyRotated_SessionStaysWithACookieOfTheNewKey()
    {
        var (older, newer) = (KeyRing.NewLine("k1"), KeyRing.NewLine("k2"));
        var (endpoint, cookie) = Pick(Sticky(older, "10.0.0.1:80", "10.0.0.2:80"));
        var rotated = Sticky($"{newer}\n{older}", "10.0.0.1:80", "10.0.0.2:80");
        var (same, renewed) = Pick(rotated, cookie!.Value);
        Assert.Equal(endpoint.Id, same.Id);
        Assert.NotEqual(cookie.Value, renewed!.Value);
        Assert.Equal((same, null), Pick(rotated, renewed.Value));
        Assert.Equal(endpoint.Id, Pick(Sticky(newer, "10.0.0.1:80", "10.0.0.2:80"), renewed.Value).Endpoint.Id);
    }

    [Theory]
    [InlineData("http", "session=v; max-age=300; path=/shop; samesite=lax; httponly")]
    [InlineData("https", "session=v; max-age=300; path=/shop; secure; samesite=lax; httponly")]
    public void AddTo_Scheme_SecureOverHttps(string scheme, string expected)
    {
        var context = new DefaultHttpContext { Request = { Scheme = scheme } };
        context.Response.Headers.SetCookie = "own=1";
        new AnswerCookie("session", "v", "/shop", TimeSpan.FromMinutes(5)).AddTo(context);
        Assert.Equal(["own=1", expected], context.Response.Headers.SetCookie.ToArray());
    }

    private static IEndpointPicker Sticky(EndpointState[] usable, LoadBalancing balancing = LoadBalancing.RoundRobin, IEndpointPicker? previous = null, params EndpointState[] drained) =>
        Pool.Picker(balancing, usable, previous, sticky: Cookie, drained: drained);

    private static StickyPicker Sticky(string ring, params string[] ids)
    {
        EndpointState[] endpoints = [.. ids.Select(id => Pool.Endpoint(id))];
        return new StickyPicker(Cookie, new RoundRobinPicker(endpoints, null), endpoints, [], new EndpointTokens(KeyRing.Parse(ring)));
    }

    private static (EndpointState Endpoint, AnswerCookie? Cookie) Pick(IEndpointPicker picker, string? value = null)
    {
        var request = Pool.Request();
        return (picker.Pick(With(value), request)!, request.StickyCookie);
    }

    private static DefaultHttpContext With(string? value) => value is null ? new() : new() { Request = { Headers = { Cookie = $"a=b; session={value}" } } };
}
