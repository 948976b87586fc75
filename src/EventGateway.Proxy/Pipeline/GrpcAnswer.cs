using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// The gateway's answers in gRPC's own form: a client of gRPC reads no body, and of a status other than 200 makes a guess. The statuses are
/// those that gRPC's clients take HTTP's for, and closer ones where there are.
/// </summary>
internal static class GrpcAnswer
{
    private const string ContentType = "application/grpc";
    private const int Unknown = 2;
    private const int PermissionDenied = 7;
    private const int ResourceExhausted = 8;
    private const int Unimplemented = 12;
    private const int Internal = 13;
    private const int Unavailable = 14;
    private const int Unauthenticated = 16;

    public static bool IsAskedFor(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';') && HttpProtocol.IsHttp2(request.Protocol);

    /// <summary>A status without a message, in the headers alone.</summary>
    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.Headers.Server = GatewayVersion.ServerHeader;
        response.Headers.ContentType = ContentType;
        response.Headers.GrpcStatus = StatusOf(status).ToString(CultureInfo.InvariantCulture);
        response.Headers.GrpcMessage = message;
        return Task.CompletedTask;
    }

    private static int StatusOf(int status) => status switch
    {
        400 => Internal,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => Unimplemented,
        413 or 414 or 431 => ResourceExhausted,
        429 or 502 or 503 or 504 => Unavailable,
        _ => Unknown,
    };
}
