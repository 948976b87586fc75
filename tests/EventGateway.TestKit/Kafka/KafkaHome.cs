using System.Diagnostics.CodeAnalysis;

namespace EventGateway.TestKit.Kafka;

/// <summary>An unpacked Apache Kafka, as <c>KAFKA_HOME</c> names it: a folder with <c>libs/</c>, and a java to run it.</summary>
internal sealed record KafkaHome(string Libs, string Java)
{
    /// <param name="reason">Why there is none.</param>
    public static bool TryFind([NotNullWhen(true)] out KafkaHome? home, out string reason)
    {
        home = null;
        var folder = Environment.GetEnvironmentVariable("KAFKA_HOME");
        if (string.IsNullOrEmpty(folder))
        {
            reason = "KAFKA_HOME is not set";
            return false;
        }

        var libs = Path.GetFullPath(Path.Combine(folder, "libs"));
        if (!Directory.Exists(libs) || Directory.GetFiles(libs, "kafka-clients-*.jar").Length == 0)
        {
            reason = $"KAFKA_HOME={folder} has no libs/kafka-clients-*.jar";
            return false;
        }

        if (FindJava() is not { } java)
        {
            reason = "there is no java: set JAVA_HOME or put java on the PATH";
            return false;
        }

        reason = "";
        home = new KafkaHome(libs, java);
        return true;
    }

    private static string? FindJava()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).ToList();
        if (Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } javaHome)
        {
            folders.Insert(0, Path.Combine(javaHome, "bin"));
        }

        var program = OperatingSystem.IsWindows() ? "java.exe" : "java";
        return folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
    }
}
