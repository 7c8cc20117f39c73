#include "server/http/server_state.h"

#include <thread>

#include <boost/asio/post.hpp>

namespace temblor {
namespace {

uint32_t core_count(uint32_t asked) {
    return asked > 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

ServerState::ServerState(const HttpServerOptions& server_options,
                         HttpApplication& server_application)
    : options(server_options),
      application(server_application),
      cors(server_options.cors_origins),
      slots(core_count(server_options.threads)),
      io(static_cast<int>(slots + 1)),
      blocking_threads(server_options.blocking_threads),
      model_threads(server_options.model_threads),
      searches_(slots, options.limits.queue, options.limits.queue_time),
      blocked_(options.blocking_threads, options.limits.queue, options.limits.queue_time),
      modelled_(options.model_threads, options.limits.queue, options.limits.queue_time),
      threads_(io, searches_, slots, std::chrono::microseconds(options.busy_poll_us)) {}

void ServerState::schedule(Lane lane, RequestSource source, std::function<void()> run,
                           std::function<void()> refuse) {
    if (lane == Lane::kInstant) {
        run();
        return;
    }
    Admission& admission = lane == Lane::kSearch  ? searches_
                           : lane == Lane::kModel ? modelled_
                                                  : blocked_;
    admission.add({std::move(run), std::move(refuse), source});
    if (lane == Lane::kSearch) return;  // the threads take it from there
    Admission::Work work;
    if (!admission.start(work)) return;
    boost::asio::post(lane == Lane::kModel ? model_threads : blocking_threads,
                      [&admission, work]() mutable { run_blocking(admission, work); });
}

void ServerState::leave(RequestSource source) {
    searches_.leave(source);
    blocked_.leave(source);
    modelled_.leave(source);
}

void ServerState::run_blocking(Admission& admission, Admission::Work& work) {
    do {
        work.run();
        admission.finish(work);
    } while (admission.next(work));
}

void ServerState::add(OpenConnection& connection) {
    const std::lock_guard lock(mutex_);
    connections_.insert(&connection);
    threads_.watch_connections(1);
}

void ServerState::remove(OpenConnection& connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(&connection);
    threads_.watch_connections(-1);
}

size_t ServerState::open_connections() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

void ServerState::close_idle() {
    const std::lock_guard lock(mutex_);
    for (OpenConnection* connection : connections_) connection->close_if_idle();
}

void ServerState::sweep() {
    const auto now = Deadline::Clock::now();
    const std::lock_guard lock(mutex_);
    for (OpenConnection* connection : connections_) {
        if (connection->deadline().has_passed(now)) connection->expire();
    }
}

Admission::Clock::duration ServerState::time_for(uint64_t bytes) const {
    return options.limits.body_time +
           std::chrono::seconds(bytes / std::max<uint64_t>(1, options.limits.body_rate));
}

std::shared_ptr<boost::asio::ssl::context> ServerState::tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
}

Status ServerState::load_certificate() {
    if (options.certificate.empty() && options.key.empty()) return Status::ok();
    if (options.certificate.empty() || options.key.empty()) {
        return Status::invalid_argument("TLS needs both a certificate and a key");
    }
    namespace ssl = boost::asio::ssl;
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    boost::system::error_code error;
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                             ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                             ssl::context::no_tlsv1_1,
                         error);
    if (!error) context->use_certificate_chain_file(options.certificate, error);
    if (error) {
        return Status::invalid_argument(options.certificate +
                                        ": expected certificates in PEM: " + error.message());
    }
    context->use_private_key_file(options.key, ssl::context::pem, error);
    if (error) {
        return Status::invalid_argument(
            options.key + ": expected the certificate's key in PEM: " + error.message());
    }
    const std::lock_guard lock(mutex_);
    tls_ = std::move(context);
    return Status::ok();
}

}  // namespace temblor
