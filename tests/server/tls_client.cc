#include "tests/server/tls_client.h"

#include <cstdio>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace temblor::testing {
namespace {

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

constexpr long kDay = 24 * 60 * 60;

}  // namespace

void make_certificate(const std::string& name, const std::string& certificate,
                      const std::string& key) {
    const Owned<EVP_PKEY> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Owned<X509> x509(X509_new(), X509_free);
    ASSERT_NE(pair, nullptr);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -kDay);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), kDay);
    X509_set_pubkey(x509.get(), pair.get());
    X509_NAME* subject = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509.get(), subject);
    ASSERT_NE(X509_sign(x509.get(), pair.get(), EVP_sha256()), 0);
    FILE* file = std::fopen(certificate.c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(PEM_write_X509(file, x509.get()), 1);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
    std::fclose(file);
}

struct TlsClient::Impl {
    Owned<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    Owned<SSL> ssl{SSL_new(context.get()), SSL_free};
    bool is_connected = false;
};

TlsClient::TlsClient(uint16_t port) : RawClient(port), impl_(std::make_unique<Impl>()) {
    SSL_set_fd(impl_->ssl.get(), descriptor());
    impl_->is_connected = SSL_connect(impl_->ssl.get()) == 1;
}

TlsClient::~TlsClient() {
    if (impl_->is_connected) SSL_shutdown(impl_->ssl.get());
}

bool TlsClient::is_connected() const { return impl_->is_connected; }

std::string TlsClient::server_name() const {
    const Owned<X509> x509(SSL_get1_peer_certificate(impl_->ssl.get()), X509_free);
    char name[100] = "";
    if (x509 != nullptr) {
        X509_NAME_get_text_by_NID(X509_get_subject_name(x509.get()), NID_commonName, name,
                                  sizeof name);
    }
    return name;
}

bool TlsClient::send(std::string_view bytes) {
    size_t sent = 0;
    return impl_->is_connected &&
           SSL_write_ex(impl_->ssl.get(), bytes.data(), bytes.size(), &sent) == 1;
}

std::string TlsClient::receive(size_t most) {
    std::string bytes(most, '\0');
    size_t got = 0;
    if (!impl_->is_connected ||
        SSL_read_ex(impl_->ssl.get(), bytes.data(), bytes.size(), &got) != 1) {
        got = 0;
    }
    bytes.resize(got);
    return bytes;
}

}  // namespace temblor::testing
