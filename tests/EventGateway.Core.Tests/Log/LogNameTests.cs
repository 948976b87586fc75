using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.Core.Tests.Log;

public sealed class LogNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("shop-2")]
    [InlineData("0")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123")]
    public void IsLabel_Valid(string text)
    {
        Assert.True(LogName.IsLabel(text));
        Assert.Equal($"{text}/w", new LogName(text, "w").ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("A")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("ä")]
    [InlineData("a/b")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void IsLabel_Invalid(string? text)
    {
        Assert.False(LogName.IsLabel(text));
        Assert.Contains("origin", Assert.Throws<ArgumentException>(() => new LogName(text!, "w")).Message, StringComparison.Ordinal);
        Assert.Contains("workspace", Assert.Throws<ArgumentException>(() => new LogName("o", text!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Order_IsByOriginThenWorkspace()
    {
        LogName[] names = [new("b", "a"), new("a", "z"), new("a", "b")];
        Assert.Equal(["a/b", "a/z", "b/a"], names.Order().Select(n => n.ToString()));
        Assert.True(names[2] < names[1] && names[0] > names[1] && names[0] >= names[0] && names[0] <= names[0]);
    }
}
