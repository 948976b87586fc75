namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Stands where a CA is asked for and there is none: no client can prove itself by it. It may sign nothing, it expired a second after it began, and
/// its key was destroyed when it was made.
/// </summary>
internal static class NobodyCa
{
    public const string Pem =
        """
        -----BEGIN CERTIFICATE-----
        MIIBjDCCATKgAwIBAgIBATAKBggqhkjOPQQDAjAvMRUwEwYDVQQKDAxFdmVudEdh
        dGV3YXkxFjAUBgNVBAMMDXRydXN0cyBub2JvZHkwHhcNMDAwMTAxMDAwMDAwWhcN
        MDAwMTAxMDAwMDAxWjAvMRUwEwYDVQQKDAxFdmVudEdhdGV3YXkxFjAUBgNVBAMM
        DXRydXN0cyBub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT9bQnaKzW6
        EFOdjSwa+bOqDkIAi/4bO3g+mxRwa2F2C3GZAjx7CU9ylrq6jLhqUxS/58wTk6di
        YoIi8iwkgnY5oz8wPTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDAdBgNV
        HQ4EFgQUuLx3G5WuqnKIUAos0oq+1DGtOdMwCgYIKoZIzj0EAwIDSAAwRQIgBVN5
        XWjQQvsjOXqUaEzfwbchjuilAPj7nre7dWbuclsCIQC0DcGZ78XNmYemTQACzb5y
        my/9h/2ZcnKizu83TmVo5A==
        -----END CERTIFICATE-----

        """;
}
