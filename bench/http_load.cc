#include "bench/http_load.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/splitmix.h"

namespace temblor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLongestWait = std::chrono::seconds(30);  ///< for the last answers

/// One keep-alive connection with a request under way or none; connects anew after a loss.
class LoadConnection {
public:
    LoadConnection(int epoll, uint16_t port) : epoll_(epoll), port_(port), buffer_(64 << 10) {
        connect();
    }
    ~LoadConnection() { close(); }
    LoadConnection(const LoadConnection&) = delete;
    LoadConnection& operator=(const LoadConnection&) = delete;

    /// False when it could not be sent. Requests are small: the socket's buffer takes them whole.
    bool send(std::string_view request, Clock::time_point due) {
        since = due;
        held_ = whole_ = 0;
        if (descriptor_ < 0 && !connect()) return false;
        const ssize_t sent = ::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(request.size())) return true;
        close();
        return false;
    }
    /// Reads what is there. The status when the answer is whole, 0 when it is lost, -1 when more
    /// is to come.
    int receive() {
        while (true) {
            if (held_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
            const ssize_t got =
                ::recv(descriptor_, buffer_.data() + held_, buffer_.size() - held_, MSG_DONTWAIT);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return -1;
            if (got <= 0) break;
            held_ += static_cast<size_t>(got);
            if (whole_ == 0 && !read_head()) break;
            if (whole_ == 0 || held_ < whole_) continue;
            if (closes_) close();
            return status_;
        }
        close();
        return 0;
    }

    Clock::time_point since;
    bool busy = false;

private:
    bool connect() {
        descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        epoll_event event{EPOLLIN, {.ptr = this}};
        if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor_, &event) == 0) {
            return true;
        }
        close();
        return false;
    }
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    /// Status and length, when the head is there; false when it has no Content-Length.
    bool read_head() {
        const std::string_view text(buffer_.data(), held_);
        const size_t end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) return true;
        const size_t length = text.find("Content-Length: ");
        if (length == std::string_view::npos || length > end || end < 12) return false;
        status_ = static_cast<int>(std::strtol(buffer_.data() + 9, nullptr, 10));
        whole_ = end + 4 + std::strtoul(buffer_.data() + length + 16, nullptr, 10);
        closes_ = text.substr(0, end).find("Connection: close") != std::string_view::npos;
        return true;
    }

    const int epoll_;
    const uint16_t port_;
    int descriptor_ = -1;
    std::vector<char> buffer_;
    size_t held_ = 0;   ///< bytes of the answer that are there
    size_t whole_ = 0;  ///< bytes of all of it; 0: not known yet
    int status_ = 0;
    bool closes_ = false;
};

/// When each request is due, in seconds from the start; empty without a rate.
std::vector<double> arrivals(const HttpLoad& load) {
    std::vector<double> due;
    if (load.rate <= 0) return due;
    SplitMix random(1);
    for (double at = 0; at < load.seconds; due.push_back(at))
        at += (load.even ? 1 : -std::log(1 - random.uniform())) / load.rate;
    return due;
}

class LoadGenerator {
public:
    LoadGenerator(const HttpLoad& load, const std::vector<std::string>& requests)
        : load_(load), requests_(requests), due_(arrivals(load)), epoll_(::epoll_create1(0)) {
        for (uint32_t i = 0; i < load.connections; ++i) {
            connections_.push_back(std::make_unique<LoadConnection>(epoll_, load.port));
            idle_.push_back(connections_.back().get());
        }
    }
    ~LoadGenerator() {
        connections_.clear();
        ::close(epoll_);
    }
    LoadGenerator(const LoadGenerator&) = delete;
    LoadGenerator& operator=(const LoadGenerator&) = delete;

    HttpLoadResult run() {
        ::prctl(PR_SET_TIMERSLACK, 1);
        begin_ = Clock::now();
        const auto end = begin_ + seconds(load_.seconds);
        while (true) {
            const auto now = Clock::now();
            const bool over = load_.rate > 0 ? next_ == due_.size() : now >= end;
            const bool none = idle_.size() == connections_.size();
            if (over && (none || now > end + kLongestWait)) break;
            if (!over) send_due(now);
            receive(over ? end + kLongestWait : next_due());
        }
        result_.lost += connections_.size() - idle_.size();
        result_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        std::sort(result_.microseconds.begin(), result_.microseconds.end());
        return std::move(result_);
    }

private:
    static Clock::duration seconds(double count) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
    }
    /// When there is something to send; nothing while only an answer can change that.
    std::optional<Clock::time_point> next_due() const {
        if (idle_.empty() || load_.rate <= 0 || next_ == due_.size()) return std::nullopt;
        return begin_ + seconds(due_[next_]);
    }
    void send_due(Clock::time_point now) {
        while (!idle_.empty() && (load_.rate <= 0 || next_ < due_.size())) {
            const auto due = load_.rate > 0 ? begin_ + seconds(due_[next_]) : Clock::now();
            if (load_.rate > 0 && due > now) return;
            LoadConnection* const connection = idle_.back();
            idle_.pop_back();
            connection->busy = true;
            if (!connection->send(requests_[next_++ % requests_.size()], due))
                finish(connection, 0);
        }
    }
    /// Waits for answers, until `until` at most: without it no timer is set, which takes time.
    void receive(std::optional<Clock::time_point> until) {
        Clock::duration wait(0);
        if (until && !load_.poll) wait = std::max(wait, *until - Clock::now());
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const timespec time{whole.count(), std::chrono::nanoseconds(wait - whole).count()};
        std::array<epoll_event, 64> events{};
        const int count = ::epoll_pwait2(epoll_, events.data(), events.size(),
                                         until || load_.poll ? &time : nullptr, nullptr);
        for (int i = 0; i < count; ++i) {
            auto* const connection =
                static_cast<LoadConnection*>(events[static_cast<size_t>(i)].data.ptr);
            const int status = connection->receive();
            if (connection->busy && status >= 0) finish(connection, status);
        }
    }
    void finish(LoadConnection* connection, int status) {
        if (status == 200) {
            result_.microseconds.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - connection->since)
                    .count());
        }
        result_.ok += status == 200;
        result_.shed += status == 429 || status == 503;
        result_.lost += status == 0;
        result_.other += status != 0 && status != 200 && status != 429 && status != 503;
        connection->busy = false;
        idle_.push_front(connection);
    }

    const HttpLoad& load_;
    const std::vector<std::string>& requests_;
    const std::vector<double> due_;  ///< of each request, with a rate
    const int epoll_;
    std::vector<std::unique_ptr<LoadConnection>> connections_;
    std::deque<LoadConnection*> idle_;  ///< used from the back
    size_t next_ = 0;                   ///< request
    Clock::time_point begin_;
    HttpLoadResult result_;
};

}  // namespace

double quantile(const std::vector<double>& ascending, double p) {
    if (ascending.empty()) return 0;
    const auto at = static_cast<size_t>(p * static_cast<double>(ascending.size()));
    return ascending[std::min(at, ascending.size() - 1)];
}

HttpLoadResult run_http_load(const HttpLoad& load, const std::vector<std::string>& requests) {
    return LoadGenerator(load, requests).run();
}

}  // namespace temblor
