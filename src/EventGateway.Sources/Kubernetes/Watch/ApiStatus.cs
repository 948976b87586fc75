using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Reads the Status objects that the API server says its faults with.</summary>
internal static class ApiStatus
{
    /// <param name="what">What was asked for, for the message.</param>
    public static ApiException ToFault(ReadOnlySpan<byte> json, string what)
    {
        var (code, message, retry) = Read(json);
        return Of(code, message, retry, what);
    }

    /// <param name="code">Of HTTP, when the body says none.</param>
    public static ApiException ToFault(int code, ReadOnlySpan<byte> body, TimeSpan? retryAfter, string what)
    {
        var (_, message, retry) = Read(body);
        return Of(code, message.Length > 0 ? message : $"status {code}", retryAfter ?? retry, what);
    }

    private static ApiException Of(int code, string message, TimeSpan? retry, string what)
    {
        var fault = code switch
        {
            401 => ApiFault.Unauthorized,
            403 => ApiFault.Forbidden,
            404 => ApiFault.NotFound,
            410 => ApiFault.Expired,
            429 => ApiFault.Throttled,
            >= 500 => ApiFault.ServerError,
            _ => ApiFault.Refused,
        };
        return new ApiException(fault, $"{what}: {message}", retry);
    }

    private static (int Code, string Message, TimeSpan? Retry) Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (JsonNode.Parse(ref reader) is not JsonObject status)
            {
                return (0, "", null);
            }

            var code = status["code"] is JsonValue number && number.TryGetValue(out int value) ? value : 0;
            var message = status["message"] is JsonValue text && text.TryGetValue(out string? said) ? said : "";
            var seconds = status["details"] is JsonObject details && details["retryAfterSeconds"] is JsonValue wait && wait.TryGetValue(out int after) ? after : 0;
            return (code, message, seconds > 0 ? TimeSpan.FromSeconds(seconds) : null);
        }
        catch (JsonException)
        {
            return (0, "", null);
        }
    }
}
