using EventGateway.Core.Model;
using Xunit;

namespace EventGateway.Core.Tests.Model;

public sealed class EntityKeyTests
{
    [Theory]
    [InlineData("route/shop/web/0.1", EntityKind.Route, "shop", "web/0.1")]
    [InlineData("backend/shop/cart/http", EntityKind.Backend, "shop", "cart/http")]
    [InlineData("endpoints/shop/cart-x7k", EntityKind.Endpoints, "shop", "cart-x7k")]
    [InlineData("certificate/shop/tls", EntityKind.Certificate, "shop", "tls")]
    [InlineData("listener/shop/web", EntityKind.Listener, "shop", "web")]
    [InlineData("policy/shop/limit/a/b", EntityKind.Unknown, "shop", "limit/a/b")]
    [InlineData("routes/shop/web", EntityKind.Unknown, "shop", "web")]
    [InlineData("rOUTE/shop/größe☂", EntityKind.Unknown, "shop", "größe☂")]
    [InlineData("!feature/weights", EntityKind.Feature, "", "weights")]
    public void Parse_Valid_GivesItsParts(string text, EntityKind kind, string @namespace, string name)
    {
        var key = EntityKey.Parse(text);
        Assert.Equal((text, kind, @namespace, name), (key.Text, key.Kind, key.Namespace.ToString(), key.Name.ToString()));
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("route")]
    [InlineData("route/shop")]
    [InlineData("route//web")]
    [InlineData("route/shop/")]
    [InlineData("/shop/web")]
    [InlineData("Route/shop/web")]
    [InlineData("1route/shop/web")]
    [InlineData("route/shop/a b")]
    [InlineData("route/shop/a\tb")]
    [InlineData("route/shop/a\u0000b")]
    [InlineData("route/shop/a\u00a0b")]
    [InlineData("!commit")]
    [InlineData("!feature")]
    [InlineData("!feature/")]
    [InlineData("!feature/a/b")]
    [InlineData("!route/shop/web")]
    [InlineData("ärger/shop/web")]
    public void TryParse_Invalid_IsFalse(string? text)
    {
        Assert.False(EntityKey.TryParse(text, out var key));
        Assert.Equal(default, key);
        if (text is not null)
        {
            Assert.Contains("kind/namespace/name", Assert.Throws<FormatException>(() => EntityKey.Parse(text)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryParse_Length_IsBounded()
    {
        var longest = "route/shop/" + new string('x', EntityKey.MaxLength - 11);
        Assert.True(EntityKey.TryParse(longest, out _));
        Assert.False(EntityKey.TryParse(longest + "x", out _));
    }

    [Fact]
    public void Factories_FollowTheGrammar()
    {
        EntityKey[] keys =
        [
            EntityKey.Route("shop", "web", "0.1"), EntityKey.Backend("shop", "cart", "80"), EntityKey.Endpoints("shop", "cart-x7k"),
            EntityKey.Certificate("shop", "tls"), EntityKey.Listener("shop", "web"), EntityKey.Feature("weights"),
        ];
        EntityKind[] kinds = [EntityKind.Route, EntityKind.Backend, EntityKind.Endpoints, EntityKind.Certificate, EntityKind.Listener, EntityKind.Feature];
        Assert.Equal(kinds, keys.Select(k => k.Kind));
        Assert.Throws<FormatException>(() => EntityKey.Certificate("shop", "a b"));
    }

    [Fact]
    public void Order_IsThatOfTheText()
    {
        EntityKey a = EntityKey.Parse("route/shop/a"), b = EntityKey.Parse("route/shop/b"), a2 = EntityKey.Parse("route/shop/a");
        Assert.True(a < b && a <= a2 && b > a && b >= a && a == a2 && a != b);
        Assert.Equal(a.GetHashCode(), a2.GetHashCode());
        Assert.Equal("", default(EntityKey).Text);
        Assert.Equal(EntityKind.Unknown, default(EntityKey).Kind);
        Assert.True(default(EntityKey).Namespace.IsEmpty && default(EntityKey).Name.IsEmpty);
    }
}
