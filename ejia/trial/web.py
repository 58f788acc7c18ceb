"""The web application of a trial copy: the product's own, a start page, samples of what pages are made of, and paths that steer its clock.

Production starts `ejia.app`.
"""

from apiflask import APIFlask

from config.settings import Settings, SettingsInvalid, read_settings
from console import samples, start
from ejia import memory
from ejia.app import create_app
from ejia.trial import clock
from ejia.trial.start import trial_copy


def create_trial_app(settings: Settings | None = None) -> APIFlask:
    """Build the application, from the environment unless settings are given.

    Raises SettingsInvalid or CatalogueInvalid when the copy may not start, SettingsInvalid too where it is a production one.
    """
    is_of_this_process = settings is None
    settings = settings or read_settings()
    if not settings.is_trial:
        raise SettingsInvalid(["EJIA_PROFILE: 正式系统不加载 ejia.trial，请启动 ejia.app:create_app"])
    app = create_app(settings)
    start.install(app, trial_copy(settings))
    app.register_blueprint(samples.bp)
    if settings.clock_file is not None:
        app.register_blueprint(clock.bp)
    if is_of_this_process:
        memory.settle()  # as production does
    return app
