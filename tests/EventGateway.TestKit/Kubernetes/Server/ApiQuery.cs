using System.Globalization;
using EventGateway.TestKit.Kubernetes.Kinds;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>The options in a request's query.</summary>
internal sealed class ApiQuery(IQueryCollection query)
{
    public bool Watch => Flag("watch");

    public string? LabelSelector => Text("labelSelector");

    public string? FieldSelector => Text("fieldSelector");

    public string ResourceVersion => Text("resourceVersion") ?? "";

    public string ResourceVersionMatch => Text("resourceVersionMatch") ?? "";

    public string Continue => Text("continue") ?? "";

    public int Limit => (int)(Number("limit") ?? 0);

    public bool AllowWatchBookmarks => Flag("allowWatchBookmarks");

    public bool? SendInitialEvents => Text("sendInitialEvents") is null ? null : Flag("sendInitialEvents");

    public TimeSpan? Timeout => Number("timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;

    public string? FieldManager => Text("fieldManager");

    public bool Force => Flag("force");

    public bool DryRun => Text("dryRun") == "All";

    /// <summary>Ignore, Warn or Strict: what becomes of fields that the kind does not have.</summary>
    public string FieldValidation => Text("fieldValidation") ?? "Warn";

    /// <summary>Null: none is given.</summary>
    public long? Revision(ResourceKind kind)
    {
        if (ResourceVersion.Length == 0)
        {
            return null;
        }

        return long.TryParse(ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiFault.Invalid(kind, "", [FieldFault.InvalidText("resourceVersion", ResourceVersion, "strconv.ParseUint: parsing: invalid syntax")]);
    }

    private string? Text(string name) => query.TryGetValue(name, out var values) && values is [{ Length: > 0 } value, ..] ? value : null;

    private bool Flag(string name) => query.TryGetValue(name, out var values) && values.ToString() is "1" or "true" or "True";

    private long? Number(string name) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiFault.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
}
