using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EventGateway.Logging;

/// <summary>
/// <c>time level message</c>, one line for each entry whatever is in it: time in UTC, control characters escaped, so that nothing
/// that came from outside can forge a line.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        textWriter.Write(' ');
        textWriter.Write(LevelName(logEntry.LogLevel));
        textWriter.Write(' ');
        WriteOneLine(textWriter, message);
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" | ");
            WriteOneLine(textWriter, exception.ToString());
        }

        textWriter.WriteLine();
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private static void WriteOneLine(TextWriter writer, string text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    writer.Write(" | ");
                    break;
                case '\r':
                    break;
                case var control when char.IsControl(control):
                    writer.Write($"\\u{(int)control:x4}");
                    break;
                default:
                    writer.Write(c);
                    break;
            }
        }
    }
}
