using EventGateway.TestKit.Kubernetes.Access;
using EventGateway.TestKit.Kubernetes.Faults;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Selectors;
using EventGateway.TestKit.Kubernetes.Store;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>
/// A request's way: 1. who and what, 2. the log, 3. faults, 4. may they, 5. is there such a kind, 6. the answer. Rights come before existence,
/// as on a real server: who may not list a kind does not learn whether it is there.
/// </summary>
internal sealed class ApiEndpoint(
    ObjectStore store, KindTable kinds, RequestReader reader, RequestLog log, ApiFaults faults, RoleAuthorization authorization, ApiServerOptions options, WriteAnswer writes)
{
    private readonly ListAnswer _lists = new(store);
    private readonly WatchAnswer _watches = new(store, options, faults);
    private readonly DiscoveryAnswer _discovery = new(kinds);
    private readonly ReviewAnswer _reviews = new(authorization);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (ApiFault fault) when (!context.Response.HasStarted)
        {
            await ApiAnswer.WriteAsync(context, fault);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, or its connection was broken on purpose.
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = ApiPath.Parse(context.Request.Path.Value ?? "");
        var query = new ApiQuery(context.Request.Query);
        var kind = path.NamesObjects ? kinds.Find(path.Group, path.Version, path.Plural) : null;
        var request = reader.Read(context, path, kind, query);
        log.Add(request);
        await faults.AudibleAsync(request, context.RequestAborted);
        var fault = faults.For(request);
        switch (fault?.Kind)
        {
            case FaultKind.Drop:
                Connections.Break(context);
                return;
            case FaultKind.Slow:
                await faults.DelayAsync(fault.Delay, context.RequestAborted);
                break;
            case FaultKind.Status:
                throw FaultStatus.Of(fault);
            case FaultKind.LoseAnswer:
                context.Response.OnStarting(() =>
                {
                    Connections.Break(context);
                    return Task.CompletedTask;
                });
                break;
        }

        authorization.Check(request);
        await (path.NamesObjects ? ObjectsAsync(context, request, kind, query) : OtherAsync(context));
    }

    private async Task ObjectsAsync(HttpContext context, ApiRequest request, ResourceKind? kind, ApiQuery query)
    {
        if (kind is null)
        {
            if (request.Verb == "create" && _reviews.Read(request, await RequestBody.ReadObjectAsync(context)) is { } review)
            {
                await ApiAnswer.WriteAsync(context, 201, review);
                return;
            }

            await ApiAnswer.TextAsync(context, 404, "404 page not found\n");
            return;
        }

        if (request.Verb is "list" or "watch" or "deletecollection")
        {
            var filter = Filter(request, kind, query);
            if (request.Verb == "watch")
            {
                await _watches.ServeAsync(context, request, kind, filter, query);
            }
            else if (request.Verb == "list")
            {
                await ListMetadata.WriteAsync(context, _lists.Read(kind, filter, query));
            }
            else
            {
                await writes.DeleteAllAsync(context, request, kind, filter, query);
            }

            return;
        }

        await writes.AnswerAsync(context, request, kind, query);
    }

    private static ObjectFilter Filter(ApiRequest request, ResourceKind kind, ApiQuery query) => new(
        kind.Namespaced && request.Namespace.Length > 0 ? request.Namespace : null, LabelSelector.Parse(query.LabelSelector), FieldSelector.Parse(kind, query.FieldSelector));

    private Task OtherAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        return path is "/healthz" or "/livez" or "/readyz"
            ? ApiAnswer.TextAsync(context, 200, "ok")
            : _discovery.Read(path) is { } answer ? ApiAnswer.WriteAsync(context, 200, answer) : ApiAnswer.TextAsync(context, 404, "404 page not found\n");
    }
}
