using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;
using EventGateway.TestKit.Kubernetes.Writes;

namespace EventGateway.TestKit.Kubernetes.Patching;

/// <summary>Changes to objects, in the three forms that say what to change, and the one that says what is wanted.</summary>
internal sealed class ObjectPatches(ObjectWrites writes)
{
    public StoredObject Apply(WriteRequest request, string contentType, byte[] body, string? manager, bool force)
    {
        switch (contentType.Split(';')[0].Trim())
        {
            case "application/merge-patch+json":
                var merge = BodyReader.Parse(body);
                return writes.Change(request, document => MergePatch.Apply(document, merge));
            case "application/strategic-merge-patch+json" when request.Kind.IsBuiltIn:
                var strategic = BodyReader.Parse(body);
                return writes.Change(request, document => StrategicMerge.Apply(document, strategic));
            case "application/json-patch+json":
                return writes.Change(request, document => JsonPatch.Apply(request.Kind, request.Name, document, body));
            default:
                throw new ApiFault(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }
    }
}
