using EventGateway.Core.Log;

namespace EventGateway.Core.Publishing;

/// <summary>Told of what this process appends. Called on the log's writing thread: must neither throw nor wait.</summary>
public interface IAppendObserver
{
    /// <param name="position">At which the log holds the changes.</param>
    void OnAppended(LogName log, LogPosition position, ChangeSet changes);
}
