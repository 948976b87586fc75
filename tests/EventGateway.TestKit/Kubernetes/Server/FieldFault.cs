namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>What is wrong with one field, as validation tells it.</summary>
/// <param name="Reason">FieldValueRequired, FieldValueInvalid, FieldValueForbidden, FieldValueNotSupported …</param>
/// <param name="Text">The message without the field's name.</param>
public sealed record FieldFault(string Field, string Reason, string Text)
{
    public static FieldFault Required(string field, string why) => new(field, "FieldValueRequired", why.Length == 0 ? "Required value" : $"Required value: {why}");

    /// <param name="value">As the message shows it: text in quotes, or a number.</param>
    public static FieldFault Invalid(string field, string value, string why) => new(field, "FieldValueInvalid", $"Invalid value: {value}: {why}");

    public static FieldFault InvalidText(string field, string value, string why) => Invalid(field, $"\"{value}\"", why);

    public static FieldFault Forbidden(string field, string why) => new(field, "FieldValueForbidden", $"Forbidden: {why}");

    public static FieldFault NotSupported(string field, string value, params string[] supported) =>
        new(field, "FieldValueNotSupported", $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public override string ToString() => $"{Field}: {Text}";
}
