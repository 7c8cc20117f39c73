#pragma once

#include <memory>
#include <string>

#include "tests/server/raw_client.h"

namespace temblor::testing {

/// Writes a new key, and a certificate for it that it signs itself, to PEM files.
void make_certificate(const std::string& name, const std::string& certificate,
                      const std::string& key);

/// A RawClient over TLS, which trusts everybody.
class TlsClient final : public RawClient {
public:
    explicit TlsClient(uint16_t port);
    ~TlsClient() override;

    bool send(std::string_view bytes) override;
    [[nodiscard]] bool is_connected() const;
    /// What the server's certificate calls it.
    [[nodiscard]] std::string server_name() const;

protected:
    std::string receive(size_t most) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor::testing
