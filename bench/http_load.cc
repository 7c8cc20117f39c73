#include "bench/http_load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/splitmix.h"

namespace temblor {
namespace {

using Clock = std::chrono::steady_clock;

/// One keep-alive connection, blocking; connects anew after a loss.
class LoadConnection {
public:
    explicit LoadConnection(uint16_t port) : port_(port), buffer_(1 << 20) {}
    ~LoadConnection() { close(); }
    LoadConnection(const LoadConnection&) = delete;
    LoadConnection& operator=(const LoadConnection&) = delete;

    /// The status, 0 when there was none.
    unsigned ask(std::string_view request) {
        if (descriptor_ < 0 && !connect()) return 0;
        const unsigned status = send(request) ? receive() : 0;
        if (status == 0) close();
        return status;
    }

private:
    bool connect() {
        descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const timeval patience{30, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            return true;
        close();
        return false;
    }
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<size_t>(sent));
        }
        return true;
    }
    /// One answer with a Content-Length; anything else counts as lost.
    unsigned receive() {
        size_t held = 0;
        size_t whole = 0;
        unsigned status = 0;
        while (whole == 0 || held < whole) {
            if (held == buffer_.size()) buffer_.resize(buffer_.size() * 2);
            const ssize_t got =
                ::recv(descriptor_, buffer_.data() + held, buffer_.size() - held, 0);
            if (got <= 0) return 0;
            held += static_cast<size_t>(got);
            if (whole > 0) continue;
            const std::string_view text(buffer_.data(), held);
            const size_t end = text.find("\r\n\r\n");
            if (end == std::string_view::npos) continue;
            const size_t length = text.find("Content-Length: ");
            if (length == std::string_view::npos || length > end || held < 12) return 0;
            status = static_cast<unsigned>(std::strtoul(buffer_.data() + 9, nullptr, 10));
            whole = end + 4 + std::strtoul(buffer_.data() + length + 16, nullptr, 10);
            closes_ = text.substr(0, end).find("Connection: close") != std::string_view::npos;
        }
        if (closes_) close();
        return status;
    }

    uint16_t port_;
    int descriptor_ = -1;
    bool closes_ = false;
    std::vector<char> buffer_;
};

/// When each request is due, in seconds from the start; empty without a rate.
std::vector<double> arrivals(const HttpLoad& load) {
    std::vector<double> due;
    if (load.rate <= 0) return due;
    SplitMix random(1);
    for (double at = 0; at < load.seconds; due.push_back(at))
        at += -std::log(1 - random.uniform()) / load.rate;
    return due;
}

}  // namespace

double quantile(const std::vector<double>& ascending, double p) {
    if (ascending.empty()) return 0;
    const auto at = static_cast<size_t>(p * static_cast<double>(ascending.size()));
    return ascending[std::min(at, ascending.size() - 1)];
}

HttpLoadResult run_http_load(const HttpLoad& load, const std::vector<std::string>& requests) {
    const std::vector<double> due = arrivals(load);
    std::atomic<uint64_t> next{0};
    std::vector<HttpLoadResult> parts(load.connections);
    const auto begin = Clock::now() + std::chrono::milliseconds(50);
    const auto at = [begin](double seconds) {
        return begin +
               std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    };
    const auto work = [&](HttpLoadResult& part) {
        ::prctl(PR_SET_TIMERSLACK, 1);
        LoadConnection connection(load.port);
        std::this_thread::sleep_until(begin);
        while (true) {
            const uint64_t i = next++;
            if (load.rate > 0 ? i >= due.size() : Clock::now() >= at(load.seconds)) return;
            auto from = Clock::now();
            if (load.rate > 0) {
                from = at(due[i]);
                std::this_thread::sleep_until(from);
            }
            const unsigned status = connection.ask(requests[i % requests.size()]);
            if (status == 200) {
                part.microseconds.push_back(
                    std::chrono::duration<double, std::micro>(Clock::now() - from).count());
            }
            part.ok += status == 200;
            part.shed += status == 429 || status == 503;
            part.lost += status == 0;
            part.other += status != 0 && status != 200 && status != 429 && status != 503;
        }
    };
    std::vector<std::thread> threads;
    for (HttpLoadResult& part : parts) threads.emplace_back(work, std::ref(part));
    for (std::thread& thread : threads) thread.join();
    HttpLoadResult result;
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    for (const HttpLoadResult& part : parts) {
        result.ok += part.ok;
        result.shed += part.shed;
        result.other += part.other;
        result.lost += part.lost;
        result.microseconds.insert(result.microseconds.end(), part.microseconds.begin(),
                                   part.microseconds.end());
    }
    std::sort(result.microseconds.begin(), result.microseconds.end());
    return result;
}

}  // namespace temblor
