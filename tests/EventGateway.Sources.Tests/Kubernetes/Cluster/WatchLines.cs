using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

/// <summary>A watch as it comes over the wire, read line by line.</summary>
internal sealed class WatchLines : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private WatchLines(HttpResponseMessage response, StreamReader reader) => (_response, _reader) = (response, reader);

    public static async Task<WatchLines> OpenAsync(HttpClient client, string pathAndQuery)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var response = await client.GetAsync(new Uri(pathAndQuery, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.True(response.IsSuccessStatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(deadline.Token));
        return new WatchLines(response, new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token)));
    }

    /// <summary>The next line; null: the watch has ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        return await _reader.ReadLineAsync(deadline.Token);
    }

    /// <summary>The next event as its type and object; bookmarks that come by themselves are passed over unless asked for.</summary>
    public async Task<(string Type, JsonObject Object)> ReadAsync(bool bookmarks = false)
    {
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new EndOfStreamException("The watch has ended.");
            var e = (JsonObject)(JsonNode.Parse(line) ?? throw new JsonException(line));
            var type = e["type"]!.ToString();
            if (bookmarks || type != "BOOKMARK")
            {
                return (type, (JsonObject)e["object"]!);
            }
        }
    }

    /// <summary>The next so many events as <c>ADDED name</c>.</summary>
    public async Task<IReadOnlyList<string>> ReadNamesAsync(int count)
    {
        var names = new List<string>();
        while (names.Count < count)
        {
            var (type, o) = await ReadAsync();
            names.Add($"{type} {o["metadata"]?["name"]}");
        }

        return names;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
