using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Access;

/// <summary>RBAC over the Role and binding objects in the store. Members of system:masters may do all.</summary>
internal sealed class RoleAuthorization(ObjectStore store)
{
    private static readonly string[] OpenPaths = ["/version", "/healthz", "/livez", "/readyz"];

    /// <exception cref="ApiFault">403, in the real server's words.</exception>
    public void Check(ApiRequest request)
    {
        if (Allows(request))
        {
            return;
        }

        if (request.Resource.Length == 0)
        {
            throw ApiFault.Forbidden("", "", "", $"User \"{request.User.Name}\" cannot {request.Verb} path \"{request.Path}\"");
        }

        var resource = request.Subresource.Length > 0 ? $"{request.Resource}/{request.Subresource}" : request.Resource;
        var where = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        throw ApiFault.Forbidden(
            request.Group, request.Resource, request.Name, $"User \"{request.User.Name}\" cannot {request.Verb} resource \"{resource}\" in API group \"{request.Group}\" {where}");
    }

    public bool Allows(ApiRequest request)
    {
        if (request.User.Groups.Contains(ApiUser.Masters) || IsOpen(request))
        {
            return true;
        }

        lock (store.Gate)
        {
            return RulesFor_NeedsLock(request.User, request.Namespace).Any(r => r.Covers(request));
        }
    }

    /// <summary>All that a user may do in a namespace.</summary>
    public IReadOnlyList<AccessRule> RulesFor(ApiUser user, string ns)
    {
        lock (store.Gate)
        {
            return [.. RulesFor_NeedsLock(user, ns)];
        }
    }

    // What every cluster allows by default: discovery to all who are known, and asking what oneself may.
    private static bool IsOpen(ApiRequest request) =>
        OpenPaths.Contains(request.Path) ||
        request.User.Groups.Contains(ApiUser.Authenticated) &&
        (request.Resource.Length == 0 && request.Verb == "get" ||
         request is { Verb: "create", Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews" or "selfsubjectrulesreviews" } or { Verb: "create", Group: "authentication.k8s.io", Resource: "selfsubjectreviews" });

    private IEnumerable<AccessRule> RulesFor_NeedsLock(ApiUser user, string ns)
    {
        var everywhere = Bindings_NeedsLock(ResourceKinds.ClusterRoleBindings, user, null);
        var here = ns.Length > 0 ? Bindings_NeedsLock(ResourceKinds.RoleBindings, user, ns) : [];
        return everywhere.Concat(here).SelectMany(b => Role_NeedsLock(b.Document_NeedsLock["roleRef"] as JsonObject, b.Key.Namespace)).Select(AccessRule.Read);
    }

    private IEnumerable<StoredObject> Bindings_NeedsLock(ResourceKind kind, ApiUser user, string? ns) =>
        from binding in store.Of_NeedsLock(kind).Objects.Values
        where ns is null || binding.Key.Namespace == ns
        where (binding.Document_NeedsLock["subjects"] as JsonArray ?? []).OfType<JsonObject>().Any(s => Names(s, user, binding.Key.Namespace))
        select binding;

    private IEnumerable<JsonObject> Role_NeedsLock(JsonObject? reference, string ns)
    {
        var key = new ObjectKey(reference?["kind"]?.ToString() == "Role" ? ns : "", reference?["name"]?.ToString() ?? "");
        var role = store.Get_NeedsLock(key.Namespace.Length > 0 ? ResourceKinds.Roles : ResourceKinds.ClusterRoles, key);
        return (role?.Document_NeedsLock["rules"] as JsonArray ?? []).OfType<JsonObject>();
    }

    private static bool Names(JsonObject subject, ApiUser user, string bindingNamespace) => subject["kind"]?.ToString() switch
    {
        "User" => subject["name"]?.ToString() == user.Name,
        "Group" => user.Groups.Contains(subject["name"]?.ToString()),
        "ServiceAccount" => $"system:serviceaccount:{subject["namespace"]?.ToString() ?? bindingNamespace}:{subject["name"]}" == user.Name,
        _ => false,
    };
}
