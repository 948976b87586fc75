using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Access;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Answers what a user may do itself.</summary>
internal sealed class ReviewAnswer(RoleAuthorization authorization)
{
    /// <summary>Null: no such question.</summary>
    public JsonObject? Read(ApiRequest request, JsonObject question) => request.Resource switch
    {
        "selfsubjectaccessreviews" => Access(request, question),
        "selfsubjectrulesreviews" => Rules(request, question),
        _ => null,
    };

    private JsonObject Access(ApiRequest request, JsonObject question)
    {
        var asked = question["spec"]?["resourceAttributes"] as JsonObject;
        string Field(string name) => asked?[name]?.ToString() ?? "";
        var wanted = asked is null
            ? request with { Verb = question["spec"]?["nonResourceAttributes"]?["verb"]?.ToString() ?? "", Path = question["spec"]?["nonResourceAttributes"]?["path"]?.ToString() ?? "", Group = "", Resource = "", Name = "", Subresource = "" }
            : request with { Verb = Field("verb"), Group = Field("group"), Resource = Field("resource"), Subresource = Field("subresource"), Namespace = Field("namespace"), Name = Field("name") };
        question["status"] = new JsonObject { ["allowed"] = authorization.Allows(wanted) };
        return question;
    }

    private JsonObject Rules(ApiRequest request, JsonObject question)
    {
        var resources = new JsonArray();
        foreach (var rule in authorization.RulesFor(request.User, question["spec"]?["namespace"]?.ToString() ?? "").Where(r => r.Resources.Count > 0))
        {
            resources.Add(new JsonObject { ["verbs"] = Array(rule.Verbs), ["apiGroups"] = Array(rule.ApiGroups), ["resources"] = Array(rule.Resources), ["resourceNames"] = Array(rule.ResourceNames) });
        }

        question["status"] = new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = new JsonArray(), ["incomplete"] = false };
        return question;
    }

    private static JsonArray Array(IReadOnlyList<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
