using EventGateway.TestKit.Kubernetes.Access;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>What somebody asked the server for, as authorization and the audit see it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete or deletecollection; for paths that name no objects the HTTP method.</param>
/// <param name="Resource">Plural; empty when the path names no objects.</param>
/// <param name="Namespace">Empty: all, or none.</param>
/// <param name="Path">Without the query.</param>
public sealed record ApiRequest(
    ApiUser User, string Verb, string Group, string Resource, string Namespace, string Name, string Subresource, string Path, string Query, int RemotePort)
{
    public override string ToString() =>
        $"{User.Name} {Verb} {Resource}{(Subresource.Length > 0 ? $"/{Subresource}" : "")}.{Group} {Namespace}/{Name} ({Path}{Query})";
}
