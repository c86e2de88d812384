package io.baton.posix;

/** What {@code epoll_ctl(2)} is to do. */
public enum EpollOperation {
    ADD(1),
    DELETE(2),
    MODIFY(3);

    final int code;

    EpollOperation(int code) {
        this.code = code;
    }
}
