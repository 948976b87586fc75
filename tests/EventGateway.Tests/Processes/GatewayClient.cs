using System.Net;
using System.Text.Json;

namespace EventGateway.Tests.Processes;

/// <summary>Asks a gateway what a test wants to know, and waits until it says so.</summary>
internal sealed class GatewayClient : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(1) });

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(Uri address, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        request.Headers.Host = host;
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonElement> GetJsonAsync(Uri address, string path) => JsonDocument.Parse((await GetAsync(address, path)).Body).RootElement;

    /// <summary>Asks until the answer has the status, or a minute is over.</summary>
    public Task<string> UntilAsync(Uri address, string path, HttpStatusCode expected, string? host = null) =>
        UntilAsync(address, path, host, a => a.Status == expected, $"should answer {expected}");

    /// <summary>Asks until the text is as expected, or a minute is over.</summary>
    public Task<string> UntilAsync(Uri address, string path, Func<string, bool> isExpected) =>
        UntilAsync(address, path, null, a => isExpected(a.Body), "never says what is expected");

    /// <summary>Asks until the document is as expected, or a minute is over.</summary>
    public async Task<JsonElement> UntilJsonAsync(Uri address, string path, Func<JsonElement, bool> isExpected) =>
        JsonDocument.Parse(await UntilAsync(address, path, text => isExpected(JsonDocument.Parse(text).RootElement))).RootElement;

    public void Dispose() => _client.Dispose();

    private async Task<string> UntilAsync(Uri address, string path, string? host, Func<(HttpStatusCode Status, string Body), bool> isExpected, string failure)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await GetAsync(address, path, host);
            if (isExpected(answer))
            {
                return answer.Body;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"{address}{path} {failure}; now: {answer.Status} {answer.Body}");
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
