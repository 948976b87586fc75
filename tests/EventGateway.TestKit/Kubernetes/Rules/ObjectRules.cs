using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Rules;

/// <summary>Validation: of what all objects have, here; of each kind's own fields, in the rules of that kind.</summary>
internal static partial class ObjectRules
{
    private const int LabelLength = 63;
    private const int SubdomainLength = 253;

    public const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
        "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string LetterLabelText =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character " +
        "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    /// <param name="before">Null: the object is new.</param>
    /// <exception cref="ApiFault">422 with all that is wrong.</exception>
    public static void Check(ResourceKind kind, JsonObject document, JsonObject? before)
    {
        var faults = new List<FieldFault>();
        if (before is null)
        {
            CheckName(kind, document.Name() ?? "", faults);
        }

        CheckLabels(document["metadata"]?["labels"] as JsonObject, faults);
        KindRules.Check(kind, document, before, faults);
        if (faults.Count > 0)
        {
            throw ApiFault.Invalid(kind, document.Name() ?? "", faults);
        }
    }

    public static bool IsSubdomain(string text) => text.Length <= SubdomainLength && SubdomainPattern().IsMatch(text);

    public static bool IsLabel(string text) => text.Length <= LabelLength && LabelPattern().IsMatch(text);

    private static void CheckName(ResourceKind kind, string name, List<FieldFault> faults)
    {
        const string Field = "metadata.name";
        if (name.Length == 0)
        {
            faults.Add(FieldFault.Required(Field, "name or generateName is required"));
            return;
        }

        var (isRight, longest, why) = kind.Names switch
        {
            NameRule.Label => (LabelPattern().IsMatch(name), LabelLength, LabelText),
            NameRule.LetterLabel => (LetterLabelPattern().IsMatch(name), LabelLength, LetterLabelText),
            NameRule.PathSegment => (name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '%') < 0, int.MaxValue, "may not contain '/' or '%'"),
            _ => (SubdomainPattern().IsMatch(name), SubdomainLength, SubdomainText),
        };
        if (!isRight)
        {
            faults.Add(FieldFault.InvalidText(Field, name, why));
        }

        if (name.Length > longest)
        {
            faults.Add(FieldFault.InvalidText(Field, name, $"must be no more than {longest} bytes"));
        }
    }

    private static void CheckLabels(JsonObject? labels, List<FieldFault> faults)
    {
        foreach (var (key, value) in labels ?? [])
        {
            var text = value?.ToString() ?? "";
            if (text.Length > LabelLength || !LabelValuePattern().IsMatch(text))
            {
                faults.Add(FieldFault.InvalidText(
                    "metadata.labels", text, text.Length > LabelLength ? $"must be no more than {LabelLength} bytes" : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"));
            }

            if (!LabelKeyPattern().IsMatch(key))
            {
                faults.Add(FieldFault.InvalidText("metadata.labels", key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"));
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LetterLabelPattern();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValuePattern();

    [GeneratedRegex(@"^([a-z0-9.-]{1,253}/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]\z")]
    private static partial Regex LabelKeyPattern();
}
