using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Access;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Patching;
using EventGateway.TestKit.Kubernetes.Store;
using EventGateway.TestKit.Kubernetes.Writes;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Requests about one object: read, create, replace, patch, delete.</summary>
internal sealed class WriteAnswer(ObjectStore store, ObjectWrites writes, Deletions deletions, ObjectPatches patches, CustomKinds customKinds, TokenTable tokens)
{
    public async Task AnswerAsync(HttpContext context, ApiRequest request, ResourceKind kind, ApiQuery query)
    {
        if (request is { Verb: "create", Resource: "serviceaccounts", Subresource: "token" })
        {
            await TokenAsync(context, request);
            return;
        }

        if (!IsServed(request, kind))
        {
            await ApiAnswer.TextAsync(context, 404, "404 page not found\n");
            return;
        }

        var write = Write(context, request, kind, query);
        var (code, answer) = request.Verb switch
        {
            "get" => (200, Read(request, kind)),
            "create" => (201, writes.Create(write, await RequestBody.ReadObjectAsync(context)).Json),
            "update" => (200, writes.Replace(write, await RequestBody.ReadObjectAsync(context)).Json),
            "patch" => (200, patches.Apply(write, context.Request.ContentType ?? "", await RequestBody.ReadAsync(context), query.FieldManager, query.Force).Json),
            "delete" => (200, Delete(write, await RequestBody.ReadOptionalAsync(context))),
            _ => throw ApiFault.MethodNotAllowed(),
        };
        Warn(context, write);
        customKinds.Update(kind);
        await ApiAnswer.WriteAsync(context, code, answer);
    }

    public async Task DeleteAllAsync(HttpContext context, ApiRequest request, ResourceKind kind, ObjectFilter filter, ApiQuery query)
    {
        var gone = deletions.DeleteAll(Write(context, request, kind, query), filter);
        customKinds.Update(kind);
        var list = new JsonObject
        {
            ["kind"] = $"{kind.Kind}List", ["apiVersion"] = kind.ApiVersion, ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. gone.Select(o => JsonNode.Parse(o.ItemJson))]),
        };
        await ApiAnswer.WriteAsync(context, 200, list);
    }

    private static bool IsServed(ApiRequest request, ResourceKind kind) => request.Subresource switch
    {
        "" => true,
        "status" => kind.HasStatus,
        "finalize" => kind == ResourceKinds.Namespaces,
        _ => false,
    };

    private static WriteRequest Write(HttpContext context, ApiRequest request, ResourceKind kind, ApiQuery query) => new(
        kind,
        kind.Namespaced ? request.Namespace : "",
        request.Name,
        request.Subresource,
        query.FieldManager ?? ManagerOf(context.Request.Headers.UserAgent.ToString()),
        query.DryRun,
        query.FieldValidation == "Strict");

    // What a client calls itself, up to its version.
    private static string ManagerOf(string agent) => agent.Split('/', 2)[0] is { Length: > 0 } name ? name : "unknown";

    private ReadOnlyMemory<byte> Read(ApiRequest request, ResourceKind kind)
    {
        lock (store.Gate)
        {
            var o = store.Get_NeedsLock(kind, new ObjectKey(kind.Namespaced ? request.Namespace : "", request.Name)) ?? throw ApiFault.NotFound(kind, request.Name);
            return o.As_NeedsLock(kind).Json;
        }
    }

    private ReadOnlyMemory<byte> Delete(WriteRequest write, JsonObject? options)
    {
        var (last, isGone) = deletions.Delete(write, DeleteOptions.Of(options));
        return isGone ? Deleted(write.Kind, last) : last.Json;
    }

    private static byte[] Deleted(ResourceKind kind, StoredObject last)
    {
        var uid = ((JsonObject)JsonNode.Parse(last.Json.Span)!).Uid();
        var details = new JsonObject { ["name"] = last.Key.Name, ["kind"] = kind.Plural, ["uid"] = uid };
        if (kind.Group.Length > 0)
        {
            details["group"] = kind.Group;
        }

        return StoredObject.Bytes(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details });
    }

    private async Task TokenAsync(HttpContext context, ApiRequest request)
    {
        lock (store.Gate)
        {
            _ = store.Get_NeedsLock(ResourceKinds.ServiceAccounts, new ObjectKey(request.Namespace, request.Name)) ?? throw ApiFault.NotFound(ResourceKinds.ServiceAccounts, request.Name);
        }

        var answer = await RequestBody.ReadObjectAsync(context);
        answer["status"] = new JsonObject { ["token"] = tokens.Issue(ApiUser.ServiceAccount(request.Namespace, request.Name)), ["expirationTimestamp"] = "2100-01-01T00:00:00Z" };
        await ApiAnswer.WriteAsync(context, 201, answer);
    }

    private static void Warn(HttpContext context, WriteRequest write)
    {
        foreach (var warning in write.Warnings)
        {
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
    }
}
