namespace EventGateway.Embedded;

/// <summary>The right to append, as long as the log's row still carries this token.</summary>
internal sealed record SqliteClaim(long LogId, long Token, bool MadeLog);
