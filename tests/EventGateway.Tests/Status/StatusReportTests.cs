using System.Text.Json;
using EventGateway.Status;

namespace EventGateway.Tests.Status;

public sealed class StatusReportTests
{
    [Theory]
    [InlineData(true, true, "null", "", true)]
    [InlineData(false, true, "null", "", false)]
    [InlineData(true, false, "null", "", false)]
    [InlineData(true, true, "\"topic is gone\"", "", false)]
    [InlineData(true, true, "null", """{"key":"removals","reason":"12 are held back"}""", false)]
    public async Task Table_OfAProcess_ShowsAllThatIsWrong(bool ready, bool connected, string fault, string refused, bool isGood)
    {
        using var document = JsonDocument.Parse(
            $$"""{"role":"watcher","ready":{{(ready ? "true" : "false")}},"logs":[{"origin":"a","workspace":"shop","connected":{{(connected ? "true" : "false")}},"fault":{{fault}},"refused":[{{refused}}]}]}""");
        var report = new StatusReport(document.RootElement, ready ? [] : ["a/shop is being claimed"]);
        using var output = new StringWriter();
        await report.WriteTablesAsync(output);
        var text = output.ToString();
        Assert.Equal(isGood, report.IsGood);
        Assert.Equal(!ready, text.Contains("  not ready: a/shop is being claimed", StringComparison.Ordinal));
        Assert.Equal(!connected, text.Contains("log store not connected", StringComparison.Ordinal));
        Assert.Equal(fault != "null", text.Contains("topic is gone", StringComparison.Ordinal));
        Assert.Equal(refused.Length > 0, text.Contains("12 are held back", StringComparison.Ordinal));
    }
}
