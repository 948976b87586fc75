namespace EventGateway.Core.Log;

/// <summary>Why a reader has to start anew from the log's beginning.</summary>
public enum LogReset
{
    /// <summary>The batch goes on where the one before it ended.</summary>
    None,

    /// <summary>The log was deleted and made again under the same name.</summary>
    Recreated,

    /// <summary>Records that were read are not in the log any more, or the place to go on from is gone.</summary>
    Truncated,
}
