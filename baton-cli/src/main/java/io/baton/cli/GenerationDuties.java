package io.baton.cli;

import io.baton.ParentDuties;
import io.baton.proxy.Proxy;

/** What this process does when its child asks: see {@link ParentDuties}. */
record GenerationDuties(Proxy proxy, GenerationAdmin admin, Runnable end) implements ParentDuties {
    @Override
    public void closeAdmin() {
        admin.close();
    }

    @Override
    public void reopenAdmin() {
        admin.reopen();
    }

    @Override
    public void drainListeners() {
        proxy.stopAccepting();
    }

    @Override
    public long connections() {
        return proxy.connections();
    }

    @Override
    public void terminate() {
        end.run();
    }
}
