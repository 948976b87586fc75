using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Which custom kinds the cluster has, asked once for all who want to know. Safe to use from any thread.</summary>
internal sealed class KindDiscovery(ApiConnection connection, WatchTiming timing, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, (HashSet<string> Plurals, long At)> _known = new(StringComparer.Ordinal);

    /// <exception cref="ApiException">The API server does not say.</exception>
    public async Task<bool> HasAsync(WatchedKind kind, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_known.TryGetValue(kind.VersionPath, out var known) || time.GetElapsedTime(known.At) > timing.DiscoveryInterval)
            {
                known = (await AskAsync(kind, cancellationToken), time.GetTimestamp());
                _known[kind.VersionPath] = known;
            }

            return known.Plurals.Contains(kind.Plural);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<HashSet<string>> AskAsync(WatchedKind kind, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await connection.GetAsync(kind.VersionPath, $"discovery of {kind.ApiVersion}", cancellationToken);
            await using var body = await answer.ReadAsync(cancellationToken);
            var resources = (await JsonNode.ParseAsync(body, cancellationToken: cancellationToken))?["resources"] as JsonArray ?? [];
            return [.. resources.Select(r => r?["name"]?.ToString() ?? "")];
        }
        catch (ApiException e) when (e.Fault == ApiFault.NotFound)
        {
            return [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException || ApiConnection.IsNetwork(e))
        {
            throw new ApiException(ApiFault.Malformed, $"discovery of {kind.ApiVersion}: {e.Message}", inner: e);
        }
    }
}
