namespace EventGateway.Embedded;

/// <summary>A piece of writing that is all in the file or not at all, and somebody who waits for it.</summary>
internal abstract class SqliteWriteJob(string what)
{
    /// <summary>For messages: what failed when this does.</summary>
    public string What => what;

    /// <summary>Does the writing, inside a transaction. Runs a second time when the first was rolled back.</summary>
    public abstract void Run(SqliteLogWrites writes);

    /// <summary>The writing is durable, or has thrown what <see cref="Reject"/> was told; tells who waits.</summary>
    public abstract void Complete();

    /// <summary>Nothing was written; <see cref="Complete"/> is to say why.</summary>
    public abstract void Reject(Exception reason);
}
