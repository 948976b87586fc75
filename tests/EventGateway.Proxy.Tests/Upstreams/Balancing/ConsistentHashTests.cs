using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class ConsistentHashTests
{
    private readonly EndpointState[] _endpoints = Pool.Equal(5);

    [Fact]
    public void Pick_SameKey_SameEndpointWhateverIsInFlight()
    {
        var picker = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Path)));
        picker.Hold(100, "/a");
        Assert.Equal([0, 0, 0, 0, 100], _endpoints.InFlight().Order());
    }

    [Fact]
    public void Pick_ManyKeys_ByWeight()
    {
        var endpoints = Pool.OfWeights(300, 100, 100);
        var counts = Pool.Hashing(endpoints, new ConsistentHash(new HashKey(HashSource.Path))).Count(endpoints, 20_000, i => Pool.Context($"/{i}"));
        Assert.InRange(counts[0], 11_300, 12_700);
        Assert.InRange(counts[1], 3_500, 4_500);
    }

    [Theory]
    [InlineData(HashSource.Header, "X-User", "x-user: alice", "X-User: bob")]
    [InlineData(HashSource.Cookie, "user", "Cookie: a=b; user=alice", "Cookie: user=bob")]
    public void Hash_Header_ByValue(HashSource source, string name, string one, string other)
    {
        var reader = Reader(source, name);
        Assert.Equal(Hash(reader, With(one)), Hash(reader, With(one, "X-Else: 1")));
        Assert.NotEqual(Hash(reader, With(one)), Hash(reader, With(other)));
    }

    [Fact]
    public void Hash_HeaderOfSeveralValues_AsOneList()
    {
        var reader = Reader(HashSource.Header, "X-User");
        Assert.Equal(Hash(reader, With("X-User: a, b")), Hash(reader, With("X-User: a", "X-User: b")));
        Assert.Equal(Hash(reader, With("X-User: a")), Hash(reader, With("X-User: a", "X-User: ")));
        Assert.NotEqual(Hash(reader, With("X-User: a")), Hash(reader, With("X-User: a", "X-User: b")));
        Assert.Null(Hash(reader, With("X-User:  ")));
        Assert.Null(Hash(reader, With("X-Else: 1")));
    }

    [Fact]
    public void Hash_Ip_OfTheClientNotOfItsSocket()
    {
        var reader = Reader(HashSource.Ip);
        Assert.Equal(Hash(reader, From("192.0.2.7")), Hash(reader, From("::ffff:192.0.2.7")));
        Assert.NotEqual(Hash(reader, From("192.0.2.7")), Hash(reader, From("192.0.2.8")));
        Assert.Equal(Hash(reader, From("2001:db8::1")), Hash(reader, From("2001:0db8:0::1")));
        Assert.NotEqual(Hash(reader, From("2001:db8::1")), Hash(reader, From("2001:db8::2")));
        Assert.Null(Hash(reader, new DefaultHttpContext()));
    }

    [Fact]
    public void Hash_Query_ByFirstValueDecoded()
    {
        var reader = Reader(HashSource.Query, "user");
        Assert.Equal(Hash(reader, Query("?user=a%20b")), Hash(reader, Query("?x=1&user=a+b&user=c")));
        Assert.NotEqual(Hash(reader, Query("?user=a")), Hash(reader, Query("?user=b")));
        Assert.Null(Hash(reader, Query("?user=")));
        Assert.Null(Hash(reader, Query("?users=a")));
        Assert.Null(Hash(reader, Query("")));
    }

    [Fact]
    public void Hash_CaptureWithoutExpression_None() => Assert.Null(Hash(Reader(HashSource.UriCapture, "user"), Pool.Context("/users/1")));

    [Fact]
    public void Pick_NoKey_Fallback()
    {
        var picker = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Header, "X-User")) { Fallback = new HashKey(HashSource.Path) });
        Assert.Single(Enumerable.Range(0, 50).Select(_ => picker.Pick(Pool.Context("/a"), Pool.Request())).Distinct());
        Assert.Equal(5, Enumerable.Range(0, 200).Select(i => picker.Pick(Pool.Context($"/{i}"), Pool.Request())).Distinct().Count());
    }

    [Theory]
    [InlineData(HashSource.None)]
    [InlineData(HashSource.Ip)]
    public void Pick_NoKeyAtAll_InTurn(HashSource source)
    {
        var picker = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(source)));
        Assert.All(picker.Count(_endpoints, 50), c => Assert.Equal(10, c));
    }

    [Fact]
    public void Pick_NoCookie_MakesOneThatLeadsToTheSameEndpoint()
    {
        var picker = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Cookie, "user")) { CookiePath = "/shop" });
        for (var i = 0; i < 50; i++)
        {
            var request = Pool.Request();
            var endpoint = picker.Pick(Pool.Context(), request);
            var made = request.HashCookie!;
            Assert.Equal(("user", "/shop", null), (made.Name, made.Path, made.MaxAge));
            Assert.Equal(22, made.Value.Length);
            var again = Pool.Request();
            Assert.Same(endpoint, picker.Pick(With($"Cookie: user={made.Value}"), again));
            Assert.Null(again.HashCookie);
            // A further attempt is made for the same cookie.
            request.Begin(endpoint!);
            Assert.NotSame(endpoint, picker.Pick(Pool.Context(), request));
            Assert.Same(made, request.HashCookie);
        }
    }

    [Fact]
    public void Pick_Tried_WhereTheKeyWouldGoWithoutIt()
    {
        var hash = new ConsistentHash(new HashKey(HashSource.Path));
        var picker = Pool.Hashing(_endpoints, hash);
        for (var i = 0; i < 100; i++)
        {
            var context = Pool.Context($"/{i}");
            var first = picker.Pick(context, Pool.Request())!;
            var second = picker.Pick(context, Pool.Request(first));
            Assert.Same(Pool.Hashing([.. _endpoints.Where(e => e != first)], hash).Pick(context, Pool.Request()), second);
        }

        Assert.Null(Pool.Hashing([_endpoints[0]], hash).Pick(Pool.Context(), Pool.Request(_endpoints[0])));
    }

    [Theory]
    [InlineData(125, 5)]
    [InlineData(200, 4)]
    [InlineData(101, 5)]
    public void Pick_Bound_NobodyAboveIt(int percent, int used)
    {
        var picker = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Path)) { BoundPercent = percent });
        picker.Hold(1_000, "/hot");
        Assert.Equal(1_000, _endpoints.InFlight().Sum());
        Assert.All(_endpoints.InFlight(), n => Assert.InRange(n, 0, (int)Math.Ceiling(200 * percent / 100.0)));
        Assert.InRange(_endpoints.InFlight().Count(n => n > 0), used - 1, 5);
    }

    [Fact]
    public void Pick_BoundAndWeights_BoundOfEachByWeight()
    {
        var endpoints = Pool.OfWeights(300, 100);
        Pool.Hashing(endpoints, new ConsistentHash(new HashKey(HashSource.Path)) { BoundPercent = 110 }).Hold(400, "/hot");
        Assert.InRange(endpoints[0].InFlight, 280, 331);
        Assert.InRange(endpoints[1].InFlight, 69, 111);
    }

    [Fact]
    public void Pick_BoundNotReached_KeysStay()
    {
        var free = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Path)));
        var bound = Pool.Hashing(_endpoints, new ConsistentHash(new HashKey(HashSource.Path)) { BoundPercent = 150 });
        Assert.All(Enumerable.Range(0, 100), i => Assert.Same(free.Pick(Pool.Context($"/{i}"), Pool.Request()), bound.Pick(Pool.Context($"/{i}"), Pool.Request())));
    }

    [Fact]
    public void Cookies_SeveralLinesQuotesAndEmpty_AllOfTheName()
    {
        var values = new List<string>();
        foreach (var value in new CookieValues(new(["a=1; sid=x;sid=; SID=no; sid", null, " sid = \"y\" ;b=2", "sidx=no; sid=z=z"]), "sid"))
        {
            values.Add(value.ToString());
        }

        Assert.Equal(["x", "y", "z=z"], values);
    }

    private static HashKeyReader Reader(HashSource source, string name = "") => new(new HashKey(source, name), "/");

    private static ulong? Hash(HashKeyReader reader, HttpContext context) => reader.TryHash(context, Pool.Request(), out var hash) ? hash : null;

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    private static DefaultHttpContext Query(string query) => new() { Request = { QueryString = new QueryString(query) } };

    private static DefaultHttpContext With(params string[] headers)
    {
        var context = new DefaultHttpContext();
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':');
            var name = header[..colon];
            context.Request.Headers[name] = Microsoft.Extensions.Primitives.StringValues.Concat(context.Request.Headers[name], header[(colon + 1)..].Trim());
        }

        return context;
    }
}
