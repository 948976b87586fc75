using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>An answer that is a Status of failure, in the words of a real server.</summary>
public sealed class ApiFault(int code, string reason, string message) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public JsonObject? Details { get; private init; }

    /// <summary>Becomes the Retry-After header. Null: none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A way to go on with a list all the same. Null: none.</summary>
    public string? Continue { get; init; }

    public static ApiFault BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiFault Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiFault NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.ResourceName} \"{name}\" not found") { Details = About(kind.Group, kind.Plural, name) };

    public static ApiFault AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.ResourceName} \"{name}\" already exists") { Details = About(kind.Group, kind.Plural, name) };

    public static ApiFault Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.ResourceName} \"{name}\": {why}") { Details = About(kind.Group, kind.Plural, name) };

    public static ApiFault Stale(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiFault Forbidden(string group, string plural, string name, string why, params JsonObject[] causes)
    {
        var resource = group.Length == 0 ? plural : $"{plural}.{group}";
        return new ApiFault(403, "Forbidden", $"{(name.Length == 0 ? resource : $"{resource} \"{name}\"")} is forbidden: {why}")
        {
            Details = About(group, plural, name, causes),
        };
    }

    public static ApiFault Invalid(ResourceKind kind, string name, IReadOnlyList<FieldFault> faults)
    {
        var text = faults.Count == 1 ? faults[0].ToString() : $"[{string.Join(", ", faults)}]";
        return new ApiFault(422, "Invalid", $"{kind.KindName} \"{name}\" is invalid: {text}")
        {
            Details = About(kind.Group, kind.Kind, name, [.. faults.Select(f => Cause(f.Reason, f.Text, f.Field))]),
        };
    }

    public static ApiFault ApplyConflict(string message, IEnumerable<(string Manager, string Field)> conflicts) => new(409, "Conflict", message)
    {
        Details = new JsonObject
        {
            ["causes"] = new JsonArray([.. conflicts.Select(c => Cause("FieldManagerConflict", $"conflict with {c.Manager}", c.Field))]),
        },
    };

    public static ApiFault Expired(string message, string? continueWith = null) => new(410, "Expired", message) { Continue = continueWith };

    public static ApiFault TooLarge(long wanted, long current) => new(504, "Timeout", $"Too large resource version: {wanted}, current: {current}")
    {
        RetryAfterSeconds = 1,
        Details = new JsonObject { ["causes"] = new JsonArray(Cause("ResourceVersionTooLarge", "Too large resource version")), ["retryAfterSeconds"] = 1 },
    };

    public static ApiFault MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static JsonObject Cause(string reason, string message, string? field = null)
    {
        var cause = new JsonObject { ["reason"] = reason, ["message"] = message };
        if (field is not null)
        {
            cause["field"] = field;
        }

        return cause;
    }

    /// <summary>The Status that tells it.</summary>
    public JsonObject ToStatus()
    {
        var metadata = new JsonObject();
        if (Continue is not null)
        {
            metadata["continue"] = Continue;
        }

        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = metadata, ["status"] = "Failure", ["message"] = Message };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }

    private static JsonObject About(string group, string kind, string name, params JsonObject[] causes)
    {
        var details = new JsonObject();
        foreach (var (field, value) in new[] { ("name", name), ("group", group), ("kind", kind) })
        {
            if (value.Length > 0)
            {
                details[field] = value;
            }
        }

        if (causes.Length > 0)
        {
            details["causes"] = new JsonArray([.. causes]);
        }

        return details;
    }
}
